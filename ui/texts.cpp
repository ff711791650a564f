// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/texts.h"

#include <QCoreApplication>
#include <QLocale>

#include <cmath>

namespace dinoscope {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("Texts", text); }

} // namespace

QString numberText(double value) {
    if (!std::isfinite(value))
        return std::isnan(value) ? tr("not a number") : value > 0 ? tr("infinite") : tr("-infinite");
    if (value == 0)
        return QStringLiteral("0");
    const double size = std::abs(value);
    if (size < 1e-3 || size >= 1e6)
        return QLocale::c().toString(value, 'e', 2);
    const int digits = std::max(0, 3 - static_cast<int>(std::floor(std::log10(size))));
    return QLocale::c().toString(value, 'f', std::min(digits, 5));
}

QString durationText(double seconds) {
    const auto total = static_cast<qint64>(std::llround(std::max(0.0, seconds)));
    const qint64 hours = total / 3600, minutes = total / 60 % 60, rest = total % 60;
    if (hours > 0)
        return tr("%1 h %2 min").arg(hours).arg(minutes, 2, 10, QLatin1Char('0'));
    if (minutes > 0)
        return tr("%1 min %2 s").arg(minutes).arg(rest, 2, 10, QLatin1Char('0'));
    return tr("%1 s").arg(rest);
}

QString bytesText(std::int64_t bytes) {
    const double mib = static_cast<double>(bytes) / (1024.0 * 1024.0);
    return mib < 1024 ? tr("%1 MiB").arg(mib, 0, 'f', 0) : tr("%1 GiB").arg(mib / 1024, 0, 'f', 1);
}

QString fileSizeText(std::uint64_t bytes) {
    const auto size = static_cast<double>(bytes);
    if (bytes < 1000)
        return tr("%1 bytes").arg(bytes);
    if (size < 999.5e3)
        return tr("%1 kB").arg(size / 1e3, 0, 'f', size < 9.95e3 ? 1 : 0);
    if (size < 999.5e6)
        return tr("%1 MB").arg(size / 1e6, 0, 'f', size < 9.95e6 ? 1 : 0);
    return tr("%1 GB").arg(size / 1e9, 0, 'f', 1);
}

QString countText(std::int64_t count) { return QLocale(QLocale::English).toString(static_cast<qlonglong>(count)); }

QString workText(const WorkProgress& work) {
    const QString what = textOf(work.what);
    if (work.total > 0)
        return tr("%1: %2 of %3").arg(what, countText(work.done), countText(work.total));
    return work.done > 0 ? tr("%1: %2…").arg(what, countText(work.done)) : tr("%1…").arg(what);
}

QString stateText(RunState state) {
    switch (state) {
    case RunState::empty: return tr("No run");
    case RunState::ready: return tr("Ready");
    case RunState::starting: return tr("Preparing");
    case RunState::running: return tr("Training");
    case RunState::pausing: return tr("Pausing");
    case RunState::paused: return tr("Paused");
    case RunState::stopping: return tr("Stopping");
    case RunState::finished: return tr("Finished");
    case RunState::failed: return tr("Failed");
    }
    return {};
}

QString valueText(const ParamValue& value) {
    if (const bool* flag = std::get_if<bool>(&value))
        return *flag ? tr("on") : tr("off");
    return textOf(formatParam(value));
}

QString effectText(TakesEffect effect) {
    switch (effect) {
    case TakesEffect::now: return tr("takes effect now");
    case TakesEffect::nextEpoch: return tr("takes effect from the next epoch on");
    case TakesEffect::newRun: return tr("takes effect in a new run");
    }
    return {};
}

} // namespace dinoscope
