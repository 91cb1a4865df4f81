package org.sparkparity.benches;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.Seekable;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** Folders of as many files as are asked for, all with the bytes of one local file. */
public final class SyntheticFiles extends FileSystem {
  private static final long MODIFIED_MS = 1_000_000_000_000L;
  private URI uri;
  private java.io.File template;
  private int files;

  @Override
  public void initialize(URI name, Configuration conf) throws IOException {
    super.initialize(name, conf);
    uri = URI.create(name.getScheme() + ":///");
    template = new java.io.File(conf.get("fs.synthetic.template"));
    files = conf.getInt("fs.synthetic.files", 0);
    setConf(conf);
  }

  @Override
  public String getScheme() {
    return "synthetic";
  }

  @Override
  public URI getUri() {
    return uri;
  }

  private FileStatus file(Path path) {
    return new FileStatus(template.length(), false, 1, 128 << 20, MODIFIED_MS, path);
  }

  private static boolean isData(Path path) {
    return path.getName().endsWith(".parquet");
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    if (path.isRoot() || path.depth() > 2) {
      throw new FileNotFoundException(path.toString());
    }
    Path whole = makeQualified(path);
    return isData(path) ? file(whole) : new FileStatus(0, true, 1, 0, MODIFIED_MS, whole);
  }

  @Override
  public FileStatus[] listStatus(Path folder) {
    Path whole = makeQualified(folder);
    FileStatus[] found = new FileStatus[files];
    for (int i = 0; i < files; i++) {
      found[i] = file(new Path(whole, String.format("part-%07d-of-a-long-name-as-writers-give-them.parquet", i)));
    }
    return found;
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    return new FSDataInputStream(new Bytes(new RandomAccessFile(template, "r")));
  }

  @Override
  public FSDataOutputStream create(
      Path path, FsPermission permission, boolean overwrite, int size, short copies, long block, Progressable progress) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FSDataOutputStream append(Path path, int size, Progressable progress) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean rename(Path from, Path to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean delete(Path path, boolean recursive) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setWorkingDirectory(Path path) {}

  @Override
  public Path getWorkingDirectory() {
    return new Path(uri);
  }

  private static final class Bytes extends InputStream implements Seekable, PositionedReadable {
    private final RandomAccessFile file;

    Bytes(RandomAccessFile file) {
      this.file = file;
    }

    @Override
    public int read() throws IOException {
      return file.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return file.read(buffer, offset, length);
    }

    @Override
    public void seek(long position) throws IOException {
      file.seek(position);
    }

    @Override
    public long getPos() throws IOException {
      return file.getFilePointer();
    }

    @Override
    public boolean seekToNewSource(long position) {
      return false;
    }

    @Override
    public synchronized int read(long position, byte[] buffer, int offset, int length) throws IOException {
      file.seek(position);
      return file.read(buffer, offset, length);
    }

    @Override
    public synchronized void readFully(long position, byte[] buffer, int offset, int length) throws IOException {
      file.seek(position);
      file.readFully(buffer, offset, length);
    }

    @Override
    public void readFully(long position, byte[] buffer) throws IOException {
      readFully(position, buffer, 0, buffer.length);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
