/* store_content.c - all that a report knows: a store, read once. */
#include "report/experiment.h"

#include "base/error.h"
#include "base/memory.h"

lip_status store_content_read(const char *store, store_content *content, lip_error *err)
{
  lip_status st = LIP_OK;
  store_content out = {0};

  TRY(lip_store_blocks(store, &out.block, &out.blocks, err));
  out.runs = lip_alloc_zero(out.blocks, sizeof *out.runs);
  out.count = lip_alloc_zero(out.blocks, sizeof *out.count);
  if (!out.runs || !out.count) FAIL(LIP_ENOMEM, "%s: no memory for %zu blocks", store, out.blocks);
  for (size_t i = 0; i < out.blocks; i++)
    TRY(lip_store_runs(store, out.block[i].name, &out.runs[i], &out.count[i], err));
  *content = out;
  out = (store_content){0};
done:
  store_content_clear(&out);
  return st;
}

void store_content_clear(store_content *content)
{
  for (size_t i = 0; content->runs && content->count && i < content->blocks; i++)
    lip_runs_free(content->runs[i], content->count[i]);
  lip_free(content->runs);
  lip_free(content->count);
  lip_free(content->block);
  *content = (store_content){0};
}
