/* net_read.c - reads a network from any of the formats, which the first bytes tell apart. */
#include <liplaw/net.h>

#include "net/arch_read.h"
#include "net/onnx/read.h"
#include "net/safetensors.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { ENOUGH = 16 };

/* The first bytes of a file, and its size. Of what is no file of bytes, as a pipe, or cannot be
   opened, none: whoever reads it says why. */
static size_t look_at(const char *path, unsigned char *begin, uint64_t *size)
{
  struct stat about;
  FILE *file;
  size_t held;

  if (stat(path, &about) != 0 || !S_ISREG(about.st_mode)) return 0;
  file = fopen(path, "rb");
  if (!file) return 0;
  held = fread(begin, 1, ENOUGH, file);
  (void)fclose(file);
  *size = (uint64_t)about.st_size;
  return held;
}

lip_status lip_net_read(const char *path, lip_net **net, lip_error *err)
{
  unsigned char begin[ENOUGH];
  uint64_t size = 0;
  size_t held = look_at(path, begin, &size);

  if (held >= 4 && memcmp(begin, "PK\3\4", 4) == 0) return lip_arch_read(path, true, net, err);
  if (lip_safetensors_begin(begin, held, size)) return lip_arch_read(path, false, net, err);
  return lip_onnx_read(path, net, err);
}
