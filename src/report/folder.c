/* folder.c - the folder of a report: made aside, moved into place when all of it is there. */
#include "report/folder.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const parts[] = {"figures", "tables"};
enum { PARTS = sizeof parts / sizeof *parts };

static char *join(const char *folder, const char *name)
{
  size_t size = strlen(folder) + strlen(name) + 2;
  char *path = lip_alloc(size, 1);

  if (path) (void)snprintf(path, size, "%s/%s", folder, name);
  return path;
}

lip_status folder_ensure(const char *path, lip_error *err)
{
  lip_status st = LIP_OK;
  char *copy = lip_strdup(path);
  struct stat info;

  if (!copy) FAIL(LIP_ENOMEM, "%s: no memory for its name", path);
  for (size_t i = 1; i <= strlen(path); i++) {
    if (path[i] != '/' && path[i] != 0) continue;
    copy[i] = 0;
    if (mkdir(copy, 0777) != 0 && errno != EEXIST)
      FAIL(LIP_EIO, "%s: the folder cannot be made: %s", copy, strerror(errno));
    copy[i] = path[i];
  }
  if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)) FAIL(LIP_EIO, "%s: is no folder", path);
done:
  lip_free(copy);
  return st;
}

/* How many bytes of the path name a folder that is there. */
static size_t existing(char *path)
{
  size_t length = 0;
  struct stat info;

  for (size_t i = 1, end = strlen(path); i <= end; i++) {
    char own = path[i];

    if (own != '/' && own != 0) continue;
    path[i] = 0;
    if (stat(path, &info) == 0) length = i;
    path[i] = own;
  }
  return length;
}

lip_status folder_try(const char *path, lip_error *err)
{
  lip_status st = LIP_OK;
  char *copy = lip_strdup(path);
  size_t kept;

  if (!copy) FAIL(LIP_ENOMEM, "%s: no memory for its name", path);
  kept = existing(copy);
  st = folder_ensure(path, err);
  for (size_t i = strlen(copy); i > kept; i--) /* those that hold something stay */
    if (copy[i] == '/' || copy[i] == 0) {
      copy[i] = 0;
      (void)rmdir(copy);
    }
done:
  lip_free(copy);
  return st;
}

static lip_status make_parts(const char *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  char *path = NULL;

  for (size_t i = 0; i < PARTS; i++) {
    lip_free(path);
    path = join(folder, parts[i]);
    if (!path) FAIL(LIP_ENOMEM, "%s: no memory for its name", folder);
    TRY(folder_ensure(path, err));
  }
done:
  lip_free(path);
  return st;
}

lip_status folder_open(const char *path, report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  char *aside = NULL;

  *folder = (report_folder){0};
  if (!path[0]) FAIL(LIP_EOPTION, "the folder has an empty name");
  TRY(folder_ensure(path, err));
  folder->path = lip_strdup(path);
  aside = join(path, ".report-XXXXXX");
  if (!folder->path || !aside) FAIL(LIP_ENOMEM, "%s: no memory for its name", path);
  if (!mkdtemp(aside)) FAIL(LIP_EIO, "%s: cannot be written: %s", path, strerror(errno));
  folder->aside = aside;
  aside = NULL;
  TRY(make_parts(folder->aside, err));
done:
  lip_free(aside);
  if (st != LIP_OK) folder_release(folder);
  return st;
}

char *folder_path(const report_folder *folder, const char *name)
{
  return join(folder->aside, name);
}

char *folder_add(report_folder *folder, const char *name)
{
  char *copy = lip_strdup(name), *path = join(folder->aside, name);

  if (folder->files == folder->room) {
    size_t room = 2 * folder->room + 16;
    char **moved = lip_alloc(room, sizeof *moved);

    if (moved && folder->files) memcpy(moved, folder->file, folder->files * sizeof *moved);
    if (moved) {
      lip_free(folder->file);
      folder->file = moved;
      folder->room = room;
    }
  }
  if (!copy || !path || folder->files == folder->room) {
    lip_free(copy);
    lip_free(path);
    return NULL;
  }
  folder->file[folder->files++] = copy;
  return path;
}

lip_status folder_create(report_folder *folder, const char *name, FILE **stream, lip_error *err)
{
  lip_status st = LIP_OK;
  char *path = folder_add(folder, name);

  if (!path) FAIL(LIP_ENOMEM, "%s: no memory for its name", name);
  *stream = fopen(path, "wb");
  if (!*stream) FAIL(LIP_EIO, "%s/%s: cannot be created: %s", folder->path, name, strerror(errno));
done:
  lip_free(path);
  return st;
}

lip_status folder_close(const report_folder *folder, FILE *stream, lip_error *err)
{
  int failed = ferror(stream) || fflush(stream) != 0 || fsync(fileno(stream)) != 0;
  int cause = errno;

  if (fclose(stream) != 0 && !failed) {
    failed = 1;
    cause = errno;
  }
  if (!failed) return LIP_OK;
  return lip_fail(err, LIP_EIO, "%s: a file cannot be written: %s", folder->path, strerror(cause));
}

/* Allocates nothing, so that only the file system can stop it half way. */
lip_status folder_commit(report_folder *folder, lip_error *err)
{
  lip_status st = LIP_OK;
  const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  int from = open(folder->aside, flags), to = open(folder->path, flags);

  if (from < 0 || to < 0) FAIL(LIP_EIO, "%s: cannot be opened: %s", folder->path, strerror(errno));
  for (size_t i = 0; i < PARTS; i++)
    if (mkdirat(to, parts[i], 0777) != 0 && errno != EEXIST)
      FAIL(LIP_EIO, "%s/%s: the folder cannot be made: %s", folder->path, parts[i],
           strerror(errno));
  for (size_t i = 0; i < folder->files; i++)
    if (renameat(from, folder->file[i], to, folder->file[i]) != 0)
      FAIL(LIP_EIO, "%s/%s: cannot be moved into place: %s", folder->path, folder->file[i],
           strerror(errno));
done:
  if (from >= 0) (void)close(from);
  if (to >= 0) (void)close(to);
  return st;
}

/* Allocates nothing: it also runs when memory is out. */
void folder_release(report_folder *folder)
{
  int aside = folder->aside ? open(folder->aside, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

  for (size_t i = 0; i < folder->files; i++) {
    if (aside >= 0) (void)unlinkat(aside, folder->file[i], 0);
    lip_free(folder->file[i]);
  }
  for (size_t i = 0; aside >= 0 && i < PARTS; i++) (void)unlinkat(aside, parts[i], AT_REMOVEDIR);
  if (aside >= 0) (void)close(aside);
  if (folder->aside) (void)rmdir(folder->aside);
  lip_free(folder->aside);
  lip_free(folder->path);
  lip_free(folder->file);
  *folder = (report_folder){0};
}
