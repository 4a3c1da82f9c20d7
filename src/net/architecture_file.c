/* architecture_file.c - reads an architecture from any of the formats, which the first bytes tell
   apart. */
#include "net/architecture.h"

#include "base/error.h"
#include "base/memory.h"
#include "net/arch_archive.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef enum file_kind { DESCRIPTION, NPZ, SAFETENSORS, NETWORK } file_kind;

/* Of what is no file of bytes, or cannot be opened: NETWORK, whose reader says why. */
static file_kind look_at(const char *path)
{
  unsigned char begin[16];
  struct stat about;
  FILE *file;
  size_t held, at = 0;

  if (stat(path, &about) != 0 || !S_ISREG(about.st_mode)) return NETWORK;
  file = fopen(path, "rb");
  if (!file) return NETWORK;
  held = fread(begin, 1, sizeof begin, file);
  (void)fclose(file);
  if (held >= 4 && memcmp(begin, "PK\3\4", 4) == 0) return NPZ;
  if (lip_safetensors_begin(begin, held, (uint64_t)about.st_size)) return SAFETENSORS;
  while (at < held && isspace(begin[at])) at++;
  return at < held && begin[at] == '{' ? DESCRIPTION : NETWORK;
}

static lip_status read_archive(const char *path, bool is_npz, lip_architecture **made,
                               lip_error *err)
{
  lip_status st = LIP_OK;
  lip_archive archive = {0};
  char *list = lip_archive_list_path(path);

  if (!list) FAIL(LIP_ENOMEM, "the name of a file");
  TRY(lip_archive_open(path, is_npz, &archive, err));
  st = lip_architecture_list(list, &archive, made, err);
done:
  lip_archive_clear(&archive);
  lip_free(list);
  return st;
}

lip_status lip_architecture_read(const char *path, lip_architecture **architecture,
                                 const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  file_kind kind = look_at(path);
  lip_architecture *made = NULL;
  lip_net *net = NULL;

  if (kind == DESCRIPTION) {
    TRY(lip_architecture_list(path, NULL, &made, err));
  } else if (kind == NETWORK) {
    TRY(lip_net_read(path, &net, err));
    st = lip_architecture_of_net(net, &made, err);
    if (st != LIP_OK) lip_error_prefix(err, "%s", path);
    if (st != LIP_OK) goto done;
  } else {
    TRY(read_archive(path, kind == NPZ, &made, err));
  }
  TRY(lip_architecture_measure(made, control, err));
  *architecture = made;
  made = NULL;
done:
  lip_net_free(net);
  lip_architecture_free(made);
  return st;
}
