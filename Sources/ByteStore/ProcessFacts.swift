#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What the system says about this process.
public enum ProcessFacts {
  /// An environment variable; nil where it is not set.
  public static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// Processors that are there to be used, from 1 to 64.
  public static let processors = max(1, min(64, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))

  /// Bytes of physical memory the process had at most.
  public static var peakMemory: Int? {
    var usage = rusage()
    // RUSAGE_SELF, which is an enum in one C library and a number in others, is 0 in all.
    guard unsafe getrusage(0, &usage) == 0 else { return nil }
    #if canImport(Darwin)
      return Int(usage.ru_maxrss)
    #else
      return Int(usage.ru_maxrss) * 1024
    #endif
  }

  /// Seconds that processors have worked for this process, its threads together.
  public static var processorTime: Double? {
    var usage = rusage()
    guard unsafe getrusage(0, &usage) == 0 else { return nil }
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}
