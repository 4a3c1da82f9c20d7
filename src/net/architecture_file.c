/* architecture_file.c - reads an architecture: a description, or any network. */
#include "net/architecture.h"

#include "base/error.h"

#include <ctype.h>
#include <stdio.h>
#include <sys/stat.h>

/* Does the file begin as JSON? What is no file of bytes, or cannot be opened, is left to the reader
   of networks, which says why. */
static bool is_description(const char *path)
{
  unsigned char begin[16];
  struct stat about;
  FILE *file;
  size_t held, at = 0;

  if (stat(path, &about) != 0 || !S_ISREG(about.st_mode)) return false;
  file = fopen(path, "rb");
  if (!file) return false;
  held = fread(begin, 1, sizeof begin, file);
  (void)fclose(file);
  while (at < held && isspace(begin[at])) at++;
  return at < held && begin[at] == '{';
}

lip_status lip_architecture_read(const char *path, lip_architecture **architecture,
                                 const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_architecture *made = NULL;
  lip_arch_list list;
  lip_net *net;

  if (is_description(path)) {
    TRY(lip_arch_list_read(path, NULL, &list, err)); /* names the file itself, as the next one */
    st = lip_architecture_of_list(&list, &made, err);
  } else {
    TRY(lip_net_read(path, &net, err));
    st = lip_architecture_of_net(net, &made, err);
  }
  if (st == LIP_OK) st = lip_architecture_measure(made, control, err);
  if (st != LIP_OK) {
    lip_error_prefix(err, "%s", path);
    goto done;
  }
  *architecture = made;
  made = NULL;
done:
  lip_architecture_free(made);
  return st;
}
