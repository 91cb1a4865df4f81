"""The Spark session a comparison runs in: the caller's, the active one, or one that is started here.

A session that does not know the table functions is given them while it runs: the jar is added to it and its functions
are registered. Nothing has to be set before, and nothing is restarted.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .errors import ParityError, bad_option, session_stopped, translated
from .interrupts import interrupts_deferred
from .lines import Line, Running, check_spark, javas_of, line_of, spark_of_home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PLUGIN = "org.sparkparity.ParityPlugin"
ATTACH = "org.sparkparity.Attach"
BUILT_FOR = "org.sparkparity.BuiltFor"

_PACKAGE = Path(__file__).resolve().parent


def session_for(spark: SparkSession | None) -> SparkSession:
    """A session that runs, of a Spark that fits."""
    try:
        import pyspark
    except ImportError:
        raise ParityError(
            "PYSPARK_MISSING",
            "PySpark is not installed in this Python",
            "pip install 'spark-parity[spark]', or run with the Python of your Spark installation",
        ) from None
    with interrupts_deferred():
        if spark is None:
            spark = _running()
        if spark is not None:
            return _checked(spark)
    check_spark(pyspark.__version__)
    return _started()


def _checked(spark: SparkSession) -> SparkSession:
    if not hasattr(spark, "sql"):
        raise bad_option(f"spark is of type {type(spark).__name__}", "it is a SparkSession")
    if is_stopped(spark):
        raise session_stopped()
    try:
        version = spark.version
    except Exception as error:
        raise translated(error) from None
    check_spark(version)
    return spark


def is_connect(spark: SparkSession) -> bool:
    """Whether the session is a client of Spark Connect, where there is no JVM at hand."""
    return type(spark).__module__.startswith("pyspark.sql.connect")


def is_stopped(spark: SparkSession) -> bool:
    """Whether a session was stopped, from Python or in the JVM. What a server of Spark Connect ended shows when it is
    used."""
    if is_connect(spark):
        return bool(getattr(spark, "is_stopped", False))
    context = spark.sparkContext
    if context._jsc is None:
        return True
    try:
        return bool(context._jsc.sc().isStopped())
    except Exception:
        # Its JVM does not answer any more.
        return True


def attach(spark: SparkSession) -> None:
    """Gives a running session the table functions."""
    if is_connect(spark):
        raise _not_at_server(spark)
    jar = jar_of(line_of(_running_in(spark)))
    try:
        spark.sql(f"ADD JAR {jar}")
        session = spark._jsparkSession
        jvm, gateway = spark._jvm, spark.sparkContext._gateway
        assert jvm is not None and gateway is not None
        # A jar that the session was started with comes first, and may be for another Spark.
        of_jar(spark, BUILT_FOR).getMethod("check", None).invoke(None, None)
        entry = of_jar(spark, ATTACH)
        types = gateway.new_array(jvm.java.lang.Class, 1)
        types[0] = session.getClass()
        arguments = gateway.new_array(jvm.java.lang.Object, 1)
        arguments[0] = session
        entry.getMethod("attach", types).invoke(None, arguments)
    except Exception as error:
        raise translated(error) from None


def _not_at_server(spark: SparkSession) -> ParityError:
    """What a server of Spark Connect is to be started with. A client cannot give it the functions later on."""
    line = line_of(_running_at_server(spark))
    try:
        jar = str(jar_of(line))
    except ParityError:
        jar = line.jar_pattern
    return ParityError(
        "NATIVE_UNAVAILABLE",
        f"the Spark Connect server (Spark {spark.version}) was started without spark-parity",
        f"start it with --jars {jar} --conf spark.plugins={PLUGIN} (the jar lies on this machine, and the server needs "
        "a copy)",
    )


def _running_at_server(spark: SparkSession) -> Running:
    """The versions of a server, of which only Spark's is told. The other one is asked for by a query, which a server
    may forbid."""
    try:
        ((scala,),) = spark.sql("SELECT java_method('scala.util.Properties', 'versionNumberString')").collect()
    except Exception:
        scala = None
    return Running(spark.version, scala)


def of_jar(spark: SparkSession, name: str) -> Any:
    """A class of ours in a classic session, by reflection: a jar that was added is seen by this class loader only."""
    jvm = spark._jvm
    assert jvm is not None
    return jvm.java.lang.Class.forName(name, True, spark._jsparkSession.sharedState().jarClassLoader())


def packaged_jar() -> Path:
    """This package's jar for the Spark that PySpark starts."""
    return jar_of(line_of(_startable()))


def _startable() -> Running:
    """The Spark that PySpark starts."""
    import pyspark
    from pyspark import find_spark_home

    # Without type information in some versions.
    find: Any = find_spark_home._find_spark_home
    return spark_of_home(Path(find())) or Running(pyspark.__version__)


@cache
def jar_of(line: Line) -> Path:
    """This package's jar for a line, under a path that Spark can take."""
    # In the wheel; and in a checkout of the repository, where Gradle leaves it.
    for folder in (_PACKAGE / "jars", _PACKAGE.parents[1] / "jvm" / line.project / "build" / "libs"):
        for jar in sorted(folder.glob(line.jar_pattern)):
            return jar if re.fullmatch(r"[\w./+-]+", str(jar), re.ASCII) else _copied(jar)
    raise ParityError(
        "NATIVE_UNAVAILABLE",
        f"the package {_PACKAGE} does not hold the jar for {line}",
        "install spark-parity from its wheel; in a checkout of the repository, `make jar` builds the jars",
    )


def _running_in(spark: SparkSession) -> Running:
    """The versions that a classic session says."""
    jvm = spark._jvm
    assert jvm is not None
    return Running(spark.version, jvm.scala.util.Properties.versionNumberString())


def _copied(jar: Path) -> Path:
    """Spark encodes a path with a blank, say, once too often when it adds a jar."""
    folder = tempfile.mkdtemp(prefix="spark-parity-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(shutil.copy(jar, folder))


def _running() -> SparkSession | None:
    """The session of the context that runs in this process, or of Spark Connect, if there is one."""
    if _is_client_alone():
        return _running_connect()
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is None:
        return _running_connect()
    return SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()


def _running_connect() -> SparkSession | None:
    """The active session of Spark Connect, of this thread or of the process."""
    # Its module is loaded where there is a session, and needs packages that not everybody has.
    sessions: Any = sys.modules.get("pyspark.sql.connect.session")
    if sessions is None:
        return None
    try:
        session: SparkSession = sessions.SparkSession.active()
    except Exception:
        return None
    return None if is_stopped(session) else session


def _is_client_alone() -> bool:
    """Whether PySpark is the package `pyspark-client`, which has no Spark to start."""
    import pyspark

    return not hasattr(pyspark, "SparkContext")


def _started() -> SparkSession:
    """A new session. What the caller's environment and configuration files say about it holds."""
    from pyspark.sql import SparkSession

    remote = os.environ.get("SPARK_REMOTE", "")
    if remote.startswith("sc://"):
        _check_server(remote)
        try:
            return _checked(SparkSession.builder.getOrCreate())
        except Exception as error:
            raise translated(error) from None
    if _is_client_alone():
        raise ParityError(
            "PYSPARK_MISSING",
            "this Python has the client of Spark Connect alone, and no session of it is active",
            "pass spark=SparkSession.builder.remote('sc://host:15002').getOrCreate(), or set SPARK_REMOTE to such an "
            "address",
        )
    from pyspark import SparkContext

    builder = SparkSession.builder.appName("spark-parity").config("spark.ui.showConsoleProgress", "false")
    # Under spark-submit, or after another session, the JVM runs already: its class path can only be attached to.
    if SparkContext._gateway is None and "PYSPARK_GATEWAY_PORT" not in os.environ:
        running = _startable()
        _check_java(running.spark)
        builder = builder.config("spark.jars", str(jar_of(line_of(running)))).config("spark.plugins", PLUGIN)
        if "SPARK_DRIVER_MEMORY" not in os.environ:
            builder = builder.config("spark.driver.memory", f"{_driver_memory_mib()}m")
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise translated(error) from None


def _check_server(address: str) -> None:
    """Before PySpark does, which tries for ten minutes without a word."""
    if any(proxy in os.environ for proxy in ("grpc_proxy", "https_proxy", "http_proxy")):
        return
    server = urlsplit(address)
    try:
        socket.create_connection((server.hostname or "", server.port or 15002), timeout=20).close()
    except (OSError, ValueError) as error:
        raise ParityError(
            "SESSION_STOPPED",
            f"the Spark Connect server {server.netloc} cannot be reached: {getattr(error, 'strerror', None) or error}",
            "SPARK_REMOTE has its address: is it started, and is it reached from here?",
        ) from None


def _check_java(spark: str) -> None:
    """Before PySpark does, whose message for it speaks of a gateway, and Spark, whose message is a stack trace."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=os.path.join(home, "bin")) if home else shutil.which("java")
    place = f"under JAVA_HOME ({home})" if home else "in PATH"
    hint = "install Java 17 (on Debian: openjdk-17-jre-headless), or set JAVA_HOME to where it is"
    if java is None:
        raise ParityError("JAVA_MISSING", f"there is no Java {place}, and Spark needs one", hint)
    found = _java_version(java)
    oldest, newest = javas_of(spark)
    if found is not None and not oldest <= found <= newest:
        limit = f"Java {oldest} or newer" if found < oldest else f"Java {newest} or older"
        raise ParityError("JAVA_MISSING", f"the Java {place} is Java {found}, and Spark {spark} needs {limit}", hint)


def _java_version(java: str) -> int | None:
    """Java's major version, as its folder or it itself says; None where neither does."""
    release = Path(java).resolve().parents[1] / "release"
    try:
        # A start of Java takes longer than a look into a file.
        text = release.read_text() if release.exists() else _said_by(java)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'(?:JAVA_VERSION=|version )"(?:1\.)?(\d+)', text)
    return int(found[1]) if found else None


def _said_by(java: str) -> str:
    return subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr


def _driver_memory_mib() -> int:
    """A quarter of the machine, between Spark's default of 1 GiB and 8 GiB: data is held natively, not on the heap."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(1024, min(8192, machine // 4))
