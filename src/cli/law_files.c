/* law_files.c - quantities of a law that a network and a data set tell, from their files. */
#include "cli/law_files.h"

#include "base/error.h"
#include "base/memory.h"
#include "law/told.h"

/* The network's values at the points. */
static lip_status evaluate(const lip_net *net, const lip_dataset *data, double **values,
                           lip_error *err)
{
  lip_status st = LIP_OK;

  *values = lip_alloc(data->n, sizeof **values);
  if (!*values) FAIL(LIP_ENOMEM, "no memory for %zu outputs", data->n);
  if (lip_net_outputs(net) != 1 || lip_net_inputs(net) != data->d)
    FAIL(LIP_EINPUT, "the network has %zu inputs and %zu outputs, the data %zu and 1",
         lip_net_inputs(net), lip_net_outputs(net), data->d);
  TRY(lip_net_values(net, data->n, data->X, *values, err));
done:
  return st;
}

lip_status law_read_files(const char *net_path, const char *data_path, const law_texts *given,
                          const lip_law *law, lip_law_input *input, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_net *net = NULL;
  lip_dataset *data = NULL;
  double *values = NULL;
  lip_told told = {
      .name = data_path, .keep_c = given->c != NULL, .keep_error = given->fit_error != NULL};

  if (data_path) TRY(lip_dataset_read(data_path, NULL, &data, err));
  if (net_path) TRY(lip_net_read(net_path, &net, err));
  told.data = data;
  told.net = net;
  if (net && data) TRY(evaluate(net, data, &values, err));
  told.values = values;
  TRY(lip_law_tell(&told, law, input, cli_control(), err));
done:
  lip_free(values);
  lip_net_free(net);
  lip_dataset_free(data);
  return st;
}
