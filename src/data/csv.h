/* csv.h - reads a data set from text with comma-separated columns. */
#ifndef LIP_DATA_CSV_H
#define LIP_DATA_CSV_H

#include <liplaw/dataset.h>

#include "data/words.h"

/* One line per point, the last column its label. Fields may be quoted ("" is a quote inside one),
   blanks around them do not count, lines end with LF or CRLF, empty lines may stand at the end. The
   first line is a header where no input column of it holds a number. Labels are all numbers, or all
   words.
   rows   in   only the first so many points; 0: all
   unlabelled in  text of so many columns has no labels: m is 0 then, and y NULL; 0: all text has
   words  out  zeroed before; the labels, where they are words: label i stands for word[i]
   return      LIP_OK; LIP_EINPUT with line and column; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_csv_parse(const void *text, size_t size, size_t rows,
                                        size_t unlabelled, lip_dataset **data, lip_words *words,
                                        lip_error *err);

#endif
