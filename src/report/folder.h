/* folder.h - the folder of a report: made aside, moved into place when all of it is there. */
#ifndef LIP_REPORT_FOLDER_H
#define LIP_REPORT_FOLDER_H

#include <liplaw/status.h>

#include <stdio.h>

typedef struct report_folder {
  char *path;  /* owned: the final folder */
  char *aside; /* owned: a hidden folder in it, where everything is made */
  char **file; /* owned: names below the folder, in the order in which they were added */
  size_t files, room;
} report_folder;

/* mkdir -p */
LIP_MUST_CHECK lip_status folder_ensure(const char *path, lip_error *err);

/* Whether it could be made: nothing that was not there is left. */
LIP_MUST_CHECK lip_status folder_try(const char *path, lip_error *err);

/* Makes the folder where it is missing, and a place aside in it. */
LIP_MUST_CHECK lip_status folder_open(const char *path, report_folder *folder, lip_error *err);

/* The path at which a name below the folder is being made; lip_free; NULL when memory is out. */
char *folder_path(const report_folder *folder, const char *name);

/* Adds a file; returns the path at which it is to be made (released with lip_free), NULL when
   memory is out. */
char *folder_add(report_folder *folder, const char *name);

/* The same for a file that is written here: the stream is closed with folder_close. */
LIP_MUST_CHECK lip_status folder_create(report_folder *folder, const char *name, FILE **stream,
                                        lip_error *err);
LIP_MUST_CHECK lip_status folder_close(const report_folder *folder, FILE *stream, lip_error *err);

/* Moves every file into place, in the order of adding. */
LIP_MUST_CHECK lip_status folder_commit(report_folder *folder, lip_error *err);

/* Removes what was made aside and has not been moved; releases everything. Takes a zeroed one. */
void folder_release(report_folder *folder);

#endif
