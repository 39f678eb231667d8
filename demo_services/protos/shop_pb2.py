"""The messages of shop.proto, built from its descriptors by the protobuf at hand.

Their types are in shop_pb2.pyi.  How both files are made: see shop.proto.
"""

from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_compiled = descriptor_pb2.FileDescriptorSet.FromString(
    Path(__file__).with_name("shop.binpb").read_bytes()
)
_pool = descriptor_pool.Default()
_pool.AddSerializedFile(_compiled.file[0].SerializeToString())

DESCRIPTOR = _pool.FindFileByName("shop.proto")

VerifyRequest, VerifyReply, Line, CheckRequest, CheckReply = (
    message_factory.GetMessageClass(DESCRIPTOR.message_types_by_name[name])
    for name in ("VerifyRequest", "VerifyReply", "Line", "CheckRequest", "CheckReply")
)
