/* liplaw/liplaw.h - all of liplaw: data, network, certificates, training, constructions, measuring,
 * laws, sweeps, reports, studies, audits. */
#ifndef LIPLAW_LIPLAW_H
#define LIPLAW_LIPLAW_H

#include <liplaw/status.h>
#include <liplaw/dataset.h>
#include <liplaw/net.h>
#include <liplaw/architecture.h>
#include <liplaw/certificate.h>
#include <liplaw/train.h>
#include <liplaw/construct.h>
#include <liplaw/measure.h>
#include <liplaw/law.h>
#include <liplaw/limits.h>
#include <liplaw/tensor.h>
#include <liplaw/sweep.h>
#include <liplaw/report.h>
#include <liplaw/study.h>
#include <liplaw/audit.h>

#endif
