// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/checkpoint_words.h"

#include "ui/texts.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

namespace dinoscope {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("CheckpointWords", text); }

QString timeText(const std::string& utc) {
    const QDateTime time = QDateTime::fromString(textOf(utc), Qt::ISODate);
    return time.isValid() ? QLocale().toString(time.toLocalTime(), QLocale::ShortFormat) : textOf(utc);
}

} // namespace

QString wordsOf(const CheckpointReport& checkpoint, bool isBest) {
    QStringList parts{tr("Step %1").arg(countText(checkpoint.step.value))};
    if (!checkpoint.problem.empty()) {
        parts << tr("damaged: %1").arg(textOf(checkpoint.problem));
        return parts.join(QStringLiteral(" · "));
    }
    parts << (checkpoint.epoch.value == 1 ? tr("1 epoch done")
                                          : tr("%1 epochs done").arg(countText(checkpoint.epoch.value)));
    if (checkpoint.accuracy)
        parts << (isBest ? tr("k-NN of the teacher %1 %, the best") : tr("k-NN of the teacher %1 %"))
                     .arg(*checkpoint.accuracy, 0, 'f', 1);
    parts << fileSizeText(checkpoint.bytes);
    if (!checkpoint.savedAt.empty())
        parts << tr("saved %1").arg(timeText(checkpoint.savedAt));
    if (checkpoint.kept)
        parts << (checkpoint.note.empty() ? tr("kept by hand") : tr("kept by hand: %1").arg(textOf(checkpoint.note)));
    else if (!checkpoint.note.empty())
        parts << textOf(checkpoint.note);
    return parts.join(QStringLiteral(" · "));
}

int bestOf(const RunReport& report) {
    int best = -1;
    double highest = -1;
    for (std::size_t i = 0; i < report.checkpoints.size(); ++i) {
        const CheckpointReport& checkpoint = report.checkpoints[i];
        if (checkpoint.problem.empty() && checkpoint.accuracy && *checkpoint.accuracy > highest) {
            highest = *checkpoint.accuracy;
            best = static_cast<int>(i);
        }
    }
    return best;
}

std::vector<TimeLine::Stop> stopsOf(const RunReport& report) {
    const int best = bestOf(report);
    std::vector<TimeLine::Stop> stops;
    for (const CheckpointReport& checkpoint : report.checkpoints) {
        const bool isBest = static_cast<int>(stops.size()) == best;
        stops.push_back({static_cast<double>(checkpoint.step.value), checkpoint.kept, isBest,
                         !checkpoint.problem.empty(), wordsOf(checkpoint, isBest)});
    }
    return stops;
}

} // namespace dinoscope
