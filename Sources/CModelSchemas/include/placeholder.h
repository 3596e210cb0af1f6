// C structures of the protobuf schemas.
