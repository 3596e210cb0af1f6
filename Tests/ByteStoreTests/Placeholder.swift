// Tests of ByteStore.
