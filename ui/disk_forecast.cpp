// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/disk_forecast.h"

#include "ui/texts.h"

#include <QCoreApplication>

#include <cmath>
#include <vector>

namespace dinoscope {
namespace {

constexpr std::uint64_t kFew = 3;
constexpr double kLongMinutes = 365.0 * 24 * 60;

QString tr(const char* text, int count = -1) {
    return QCoreApplication::translate("DiskForecast", text, nullptr, count);
}

/// "5 days", or hours and minutes.
QString longTime(double minutes) {
    const double days = minutes / (24 * 60);
    return days >= 3 ? tr("%1 days").arg(countText(static_cast<std::int64_t>(days))) : durationText(60 * minutes);
}

} // namespace

DiskForecast forecastDisk(const RunReport& report) {
    std::vector<const CheckpointReport*> whole;
    for (const CheckpointReport& checkpoint : report.checkpoints)
        if (checkpoint.problem.empty() && checkpoint.bytes > 0)
            whole.push_back(&checkpoint);
    QStringList words{
        tr("The run takes %1, %2 are free.").arg(fileSizeText(report.bytes), fileSizeText(report.freeBytes))};
    if (whole.empty())
        return {words.front(), false};
    const CheckpointReport& newest = *whole.back();
    const std::uint64_t fit = report.freeBytes / newest.bytes;
    const bool isTight = fit < kFew;
    if (fit == 0)
        words
            << tr("Warning: no further checkpoint of %1 fits. Free space on the disk.").arg(fileSizeText(newest.bytes));
    else if (isTight)
        words << (fit == 1 ? tr("Warning: only 1 more checkpoint of %1 fits. Free space on the disk.")
                           : tr("Warning: only 2 more checkpoints of %1 fit. Free space on the disk."))
                     .arg(fileSizeText(newest.bytes));
    else
        words << tr("About %1 more checkpoints of %2 fit.")
                     .arg(countText(static_cast<std::int64_t>(fit)), fileSizeText(newest.bytes));
    if (whole.size() > 1) {
        const double minutes = (newest.trainSeconds - whole[whole.size() - 2]->trainSeconds) / 60;
        const double rate = minutes > 0 ? static_cast<double>(newest.bytes) / minutes : 0;
        const double left = rate > 0 ? static_cast<double>(report.freeBytes) / rate : 0;
        const QString rateText = fileSizeText(static_cast<std::uint64_t>(rate));
        if (rate > 0 && left < kLongMinutes)
            words << tr("At the present %1 a minute of training the disk is full after %2, were all of them kept.")
                         .arg(rateText, longTime(left));
        else if (rate > 0)
            words << tr("At the present %1 a minute of training that is enough for more than a year.").arg(rateText);
    }
    return {words.join(QLatin1Char(' ')), isTight};
}

} // namespace dinoscope
