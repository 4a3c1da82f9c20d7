/* hello.c - the smallest use of the library: draws points, trains a network, measures it. */
#include <liplaw/liplaw.h>

#include <stdio.h>

int main(void)
{
  lip_sample_options sample;
  lip_train_options train;
  lip_measure_options measure;
  lip_dataset *data = NULL;
  lip_net *net = NULL;
  lip_train_result fit = {0};
  lip_measurement found = {0};
  lip_error err = {""};
  lip_status st;

  lip_sample_defaults(&sample);
  sample.n = 60;
  sample.d = 10;
  lip_train_defaults(&train);
  train.k = 60;
  lip_measure_defaults(&measure);
  measure.random_points = 100;

  st = lip_sample(&sample, &data, &err);
  if (st == LIP_OK) st = lip_train(data, &train, &net, &fit, NULL, &err);
  if (st == LIP_OK) st = lip_measure(net, data, &measure, &found, NULL, &err);
  if (st == LIP_OK)
    printf("liplaw %s: loss %.3g after %zu steps, slope at least %.4g, at most %.4g\n",
           lip_version(), fit.loss, fit.steps, found.lower, found.upper);
  else
    fprintf(stderr, "%s\n", err.text);

  lip_measurement_clear(&found);
  lip_net_free(net);
  lip_dataset_free(data);
  return st == LIP_OK && fit.fitted ? 0 : 1;
}
