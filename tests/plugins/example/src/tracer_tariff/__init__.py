"""The service "tariff" of our cloud, recordings as CSV, and reports as one line."""

import csv
import io

import tracer


def requests_as_csv(recording: tracer.Recording, options: tracer.ExportOptions) -> str:
    """Return the requests of a recording as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for exchange in recording.exchanges:
        response = exchange.response
        request = (exchange.request.method, exchange.receiver, exchange.path)
        writer.writerow([*request, response.status if response else ""])
    return text.getvalue()


def tally(report: tracer.ConformanceReport | tracer.ComparisonReport, options: tracer.ReportOptions) -> str:
    """Return the numbers of a report as one line."""
    if isinstance(report, tracer.ConformanceReport):
        return f"{report.conforming} of {len(report.recordings)} recordings conform\n"
    count = sum(sum(step.severities.values()) for step in report.steps)
    return f"{count} differences\n"


exporter: tracer.Exporter = requests_as_csv
check_format: tracer.ReportFormat[tracer.ConformanceReport] = tally
diff_format: tracer.ReportFormat[tracer.ComparisonReport] = tally
