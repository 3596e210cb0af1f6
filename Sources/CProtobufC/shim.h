// The system's libprotobuf-c: packs and unpacks the structure of protobuf messages.
#include <protobuf-c/protobuf-c.h>
