package org.sparkparity;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.TaskContext;

/**
 * The JVM's services for one native step: files of Hadoop's file systems, memory accounting, and the sign that the task
 * was killed.
 *
 * <p>The native library calls these methods, on the task's thread only. Reads are started and awaited: I/O threads fill
 * direct buffers, which belong to this object and which they never hand to native code. A buffer goes back to the pool
 * after its read has ended and the native side has freed it, also when the task was killed; one that the native side
 * still looks at when this is closed is left to the garbage collector.
 *
 * <p>Local files are read by the native side itself; {@link #localPath} says which they are.
 */
public final class TaskIo implements AutoCloseable {
  private final Configuration conf;
  private final TaskContext context;
  private final LocalCopies copies;
  private final NativeMemory memory;
  private final Map<Long, RemoteFile> files = new HashMap<>();
  /** Concurrent, because Spark may want memory back in another thread. */
  private final Map<Long, ReadRequest> requests = new ConcurrentHashMap<>();
  private long lastId;
  private boolean closed;

  /** For a step of a task; for a step on the driver the context is null. */
  public TaskIo(Configuration conf, TaskContext contextOrNull) {
    this(conf, contextOrNull, null);
  }

  /** For a step of a task that has or makes copies of what it reads. */
  public TaskIo(Configuration conf, TaskContext contextOrNull, LocalCopies copiesOrNull) {
    this.conf = conf;
    this.context = contextOrNull;
    this.copies = copiesOrNull;
    this.memory = new NativeMemory(contextOrNull, this::drop);
  }

  /** The plain path where the path's file system is the local one, else null. */
  String localPath(String path) {
    try {
      Path hadoop = new Path(path);
      FileSystem fs = hadoop.getFileSystem(conf);
      return isLocal(fs) ? fs.makeQualified(hadoop).toUri().getPath() : null;
    } catch (IOException | RuntimeException failure) {
      throw IoErrors.unreadable(path, failure);
    }
  }

  /** Subclasses included: where Hive's jars are, Hadoop finds Hive's own for {@code file:}. */
  private static boolean isLocal(FileSystem fs) {
    boolean local = fs instanceof LocalFileSystem || fs instanceof RawLocalFileSystem;
    return local && "file".equals(fs.getUri().getScheme());
  }

  /** What is at the path: {@code {String[] {path}, long[] {length or -1, modified ms}, String[] {ETag or null}}}, or null. */
  Object[] look(String path) {
    try {
      Path hadoop = new Path(path);
      FileSystem fs = hadoop.getFileSystem(conf);
      return listing(fs, fs.getFileStatus(hadoop));
    } catch (FileNotFoundException nothing) {
      ParityException missing = IoErrors.missingBucket(path, nothing);
      if (missing != null) {
        throw missing;
      }
      return null;
    } catch (IOException | RuntimeException failure) {
      throw IoErrors.unreadable(path, failure);
    }
  }

  /** What is directly below a folder, in the shape of {@link #look}. */
  Object[] list(String folder) {
    try {
      Path hadoop = new Path(folder);
      FileSystem fs = hadoop.getFileSystem(conf);
      return listing(fs, fs.listStatus(hadoop));
    } catch (IOException | RuntimeException failure) {
      throw IoErrors.unreadable(folder, failure);
    }
  }

  private static Object[] listing(FileSystem fs, FileStatus... found) {
    String[] paths = new String[found.length];
    String[] etags = new String[found.length];
    long[] numbers = new long[2 * found.length];
    boolean asserted = S3aStatus.isAsserted(fs);
    for (int i = 0; i < found.length; i++) {
      paths[i] = found[i].getPath().toString();
      numbers[2 * i] = found[i].isDirectory() ? -1 : found[i].getLen();
      numbers[2 * i + 1] = found[i].getModificationTime();
      etags[i] = asserted ? S3aStatus.etag(found[i]) : null;
    }
    return new Object[] {paths, numbers, etags};
  }

  /** Opens a file that must still be the one that was listed; gives its id. */
  long open(String path, long length, long modifiedMs, String etagOrNull) {
    try {
      Path hadoop = new Path(path);
      FileSystem fs = hadoop.getFileSystem(conf);
      RemoteFile file = new RemoteFile(fs, hadoop, path, length, modifiedMs, etagOrNull);
      file.check();
      files.put(++lastId, file);
      return lastId;
    } catch (IOException | RuntimeException failure) {
      throw IoErrors.unreadable(path, failure);
    }
  }

  /** Checks that the file is still the one that was opened. */
  void check(long file) {
    file(file).check();
  }

  /** Starts a read; gives the id of the request. */
  long submit(long file, long offset, int length) {
    ReadRequest request = new ReadRequest(file(file), offset, length, memory);
    request.start();
    requests.put(++lastId, request);
    return lastId;
  }

  /** Waits for a read; gives a direct buffer that holds its bytes and nothing else. */
  ByteBuffer await(long request) {
    ReadRequest read = request(request);
    try {
      while (true) {
        if (isKilled()) {
          throw ParityException.cancelled(null);
        }
        try {
          return read.await(100, TimeUnit.MILLISECONDS);
        } catch (TimeoutException notYet) {
          // A task that is killed without an interrupt is asked for its state.
        }
      }
    } catch (InterruptedException killed) {
      Thread.currentThread().interrupt();
      throw ParityException.cancelled(killed);
    } catch (ExecutionException failure) {
      throw read.file().failed(failure.getCause());
    }
  }

  /** Gives the buffer of a request back, as soon as its read has ended. */
  void free(long request) {
    ReadRequest read = requests.remove(request);
    if (read != null) {
      read.free();
    }
  }

  /** Accounts for what the native side holds; gives what Spark granted of it. */
  long memory(long usedBytes) {
    return memory.nativeBytes(usedBytes);
  }

  /** The file of copies that an earlier task made for this one's split, or null. */
  String copies() {
    return copies == null ? null : copies.made();
  }

  /** Where reads are to be copied to, or null; see {@link LocalCopies#making}. */
  String copyTo() {
    return copies == null ? null : copies.making();
  }

  /** Whether the task was killed. */
  boolean isKilled() {
    return context != null && context.isInterrupted();
  }

  /** Ends all reads and gives all memory back. The native step is closed before. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    requests.values().forEach(ReadRequest::abandon);
    requests.clear();
    files.values().forEach(RemoteFile::close);
    files.clear();
    memory.close();
  }

  /** Buffers that were read ahead and not looked at yet; Spark wants their memory for something else. */
  private void drop() {
    requests.values().forEach(ReadRequest::drop);
  }

  private RemoteFile file(long id) {
    RemoteFile file = files.get(id);
    if (file == null) {
      throw new ParityException(ErrorCode.INTERNAL, "file " + id + " is not open", null);
    }
    return file;
  }

  private ReadRequest request(long id) {
    ReadRequest request = requests.get(id);
    if (request == null) {
      throw new ParityException(ErrorCode.INTERNAL, "read " + id + " is not under way", null);
    }
    return request;
  }
}
