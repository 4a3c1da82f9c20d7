/* store_write.h - the store as a sweep fills it. One writer at a time, one thread at a time. */
#ifndef LIP_SWEEP_STORE_WRITE_H
#define LIP_SWEEP_STORE_WRITE_H

#include "sweep/plan.h"
#include "sweep/store.h"

typedef struct lip_store lip_store;

/* return  LIP_OK; LIP_EINPUT: no store, of another version, or another sweep has it: the file is as
           it was; LIP_EIO; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_store_open(const char *path, lip_store **store, lip_error *err);
void lip_store_close(lip_store *store); /* takes NULL */

/* Notes which cells the plan's blocks ask for. One transaction. */
LIP_MUST_CHECK lip_status lip_store_add_plan(lip_store *store, const lip_plan *plan,
                                             lip_error *err);

/* Calls each() with every row, as far as needed to go on: key, status, and the data set's l_star
   (NaN where it is not known). */
LIP_MUST_CHECK lip_status lip_store_each_run(lip_store *store,
                                             void (*each)(void *context, const lip_run *run),
                                             void *context, lip_error *err);

/* One transaction: after LIP_OK the row outlives everything but the disk. */
LIP_MUST_CHECK lip_status lip_store_add_run(lip_store *store, const lip_run *run, lip_error *err);

#endif
