#if canImport(Glibc)
  internal import CLinux
#endif

/// How the process gets its memory from the system.
public enum ProcessMemory {
  /// Keeps up to 64 MB of freed memory, and takes blocks of up to 32 MB from it.
  ///
  /// An evaluation makes and frees arrays of some megabytes all the time. By default each of them is
  /// fetched from the system anew and cleared page by page: a fifth of the work of verifying a
  /// ResNet-50, for a peak that is no lower (measured with glibc 2.36).
  public static func keepFreedBlocks() {
    #if canImport(Glibc)
      _ = mallopt(M_MMAP_THRESHOLD, 32 << 20)
      _ = mallopt(M_TRIM_THRESHOLD, 64 << 20)
    #endif
  }
}
