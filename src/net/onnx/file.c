/* file.c - from bytes to protobuf messages, with bounds on depth and memory. */
#include "net/onnx/file.h"

#include "base/error.h"
#include "base/memory.h"

enum {
  MOST_NESTED = 32,       /* messages within messages; a chain of operators needs 6 */
  SPARE_MEMORY = 1 << 28, /* for messages smaller in the file than in memory */
  PER_ALLOCATION = 128,   /* what an allocation costs beside its bytes */
};

/* Bytes being walked: data[at .. end). */
typedef struct span {
  const uint8_t *data;
  size_t at, end;
} span;

static bool read_varint(span *in, unsigned longest, uint64_t *value)
{
  *value = 0;
  for (unsigned i = 0; i < longest && in->at < in->end; i++) {
    uint8_t byte = in->data[in->at++];

    *value |= (uint64_t)(byte & 0x7f) << 7 * i;
    if (byte < 0x80) return true;
  }
  return false;
}

static bool skip_bytes(span *in, uint64_t size)
{
  if (size > in->end - in->at) return false;
  in->at += (size_t)size;
  return true;
}

/* Walks over the fields of a message of the given type and those within. Nested messages are known
   by the type's description, as they are to the unpacking that follows. */
static lip_status check_nesting(span *in, const ProtobufCMessageDescriptor *type, unsigned depth,
                                lip_error *err)
{
  lip_status st = LIP_OK;
  enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

  if (depth > MOST_NESTED)
    FAIL(LIP_EINPUT, "messages are nested more than %d deep at byte %zu", MOST_NESTED, in->at);
  while (in->at < in->end) {
    size_t start = in->at;
    uint64_t tag, value = 0;
    const ProtobufCFieldDescriptor *field;
    bool good = read_varint(in, 5, &tag);

    if (good && (tag & 7) == VARINT)
      good = read_varint(in, 10, &value);
    else if (good && (tag & 7) == FIXED64)
      good = skip_bytes(in, 8);
    else if (good && (tag & 7) == FIXED32)
      good = skip_bytes(in, 4);
    else
      good = good && (tag & 7) == BYTES && read_varint(in, 5, &value) && skip_bytes(in, value);
    if (!good || tag >> 3 == 0 || tag > UINT32_MAX)
      FAIL(LIP_EINPUT, "is no ONNX file, or was cut short: bad field at byte %zu", start);
    field = protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
    if ((tag & 7) == BYTES && field && field->type == PROTOBUF_C_TYPE_MESSAGE) {
      span within = {in->data, in->at - (size_t)value, in->at};

      TRY(check_nesting(&within, field->descriptor, depth + 1, err));
    }
  }
done:
  return st;
}

/* What the unpacked messages may still take, and why it ended. */
typedef struct budget {
  size_t left;
  bool spent, no_memory;
} budget;

static void *allocate(void *context, size_t size)
{
  budget *allowed = context;
  void *memory;

  if (size > allowed->left || PER_ALLOCATION > allowed->left - size) {
    allowed->spent = true;
    return NULL;
  }
  memory = lip_alloc(size, 1);
  if (!memory) allowed->no_memory = true;
  if (memory) allowed->left -= size + PER_ALLOCATION;
  return memory;
}

static void release(void *context, void *memory)
{
  (void)context;
  lip_free(memory);
}

lip_status lip_onnx_unpack(const void *bytes, size_t size, Onnx__ModelProto **model, lip_error *err)
{
  lip_status st = LIP_OK;
  budget allowed = {.left = 2 * size + SPARE_MEMORY};
  ProtobufCAllocator allocator = {allocate, release, &allowed};
  span in = {bytes, 0, size};

  if (size == 0) FAIL(LIP_EINPUT, "is empty");
  TRY(check_nesting(&in, &onnx__model_proto__descriptor, 1, err));
  *model = onnx__model_proto__unpack(&allocator, size, bytes);
  if (!*model && allowed.no_memory) FAIL(LIP_ENOMEM, "no memory for its messages");
  if (!*model && allowed.spent)
    FAIL(LIP_EINPUT, "its messages would fill more than %zu bytes of memory",
         2 * size + SPARE_MEMORY);
  if (!*model) FAIL(LIP_EINPUT, "is no ONNX file: its messages do not unpack");
done:
  return st;
}

void lip_onnx_close(Onnx__ModelProto *model)
{
  ProtobufCAllocator allocator = {allocate, release, NULL};

  if (model) onnx__model_proto__free_unpacked(model, &allocator);
}
