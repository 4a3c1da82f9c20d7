/* page.c - the folder of an audit: figures, tables, one page. */
#include "audit/page_parts.h"

#include "base/error.h"
#include "report/gnuplot.h"

lip_status lip_audit_page_check(const char *folder, lip_error *err)
{
  lip_status st = gnuplot_check(err);

  return st == LIP_OK ? folder_try(folder, err) : st;
}

lip_status lip_audit_page(const lip_audit *result, const lip_net *net, const lip_dataset *data,
                          const char *net_name, const char *data_name, const char *folder,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  report_folder made = {0};

  TRY(gnuplot_check(err));
  TRY(folder_open(folder, &made, err));
  TRY(audit_tables(result, &made, err));
  TRY(audit_figures(result, &made, err));
  TRY(audit_index(result, net, data, net_name, data_name, &made, err));
  TRY(folder_commit(&made, err));
done:
  folder_release(&made);
  return st;
}
