// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data_words.h"

#include "ui/texts.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStringList>

#include <algorithm>

namespace dinoscope {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("DataWords", text); }

QString picturesText(std::int64_t count) {
    return count == 1 ? tr("1 picture") : tr("%1 pictures").arg(countText(count));
}

QString classesText(std::size_t count) {
    return count == 0   ? tr("without labels")
           : count == 1 ? tr("in 1 class")
                        : tr("in %1 classes").arg(countText(static_cast<std::int64_t>(count)));
}

} // namespace

QString wordsOf(const RunInfo& run) {
    return tr("%1 to train on, %2; %3.")
        .arg(picturesText(run.sampleCount), classesText(run.classNames.size()),
             run.channels == 1 ? tr("grey") : tr("in colour"));
}

QString wordsOf(const ScanReport& report) {
    QString words = picturesText(report.train + report.test);
    if (report.test > 0)
        words += tr(", %1 of them to measure with").arg(countText(report.test));
    QStringList bad;
    for (std::size_t i = 1; i < kPictureVerdictCount; ++i)
        if (report.counts[i] > 0)
            bad << tr("%1 %2").arg(countText(report.counts[i]), verdictText(static_cast<PictureVerdict>(i)));
    if (bad.isEmpty())
        words += tr(": all can be used.");
    else
        words += tr(": %1 can be used; %2.").arg(countText(report.usable()), bad.join(QStringLiteral(", ")));
    words += QLatin1Char(' ') + tr("%1 in files.").arg(fileSizeText(static_cast<std::uint64_t>(report.bytes)));
    if (report.otherFiles > 0)
        words += QLatin1Char(' ') + (report.otherFiles == 1
                                         ? tr("1 other file lies beside them.")
                                         : tr("%1 other files lie beside them.").arg(countText(report.otherFiles)));
    return words;
}

QString foundWords(const ScanReport& report) {
    QString words = picturesText(report.train + report.test) + QLatin1Char(' ') + classesText(report.classes.size());
    if (report.test > 0)
        words += tr(", %1 of them to measure with").arg(countText(report.test));
    words += QLatin1Char('.');
    if (report.classes.empty())
        words += QLatin1Char(' ') + tr("No accuracy can be measured.");
    const auto left = std::find_if(report.problems.begin(), report.problems.end(),
                                   [](const auto& problem) { return problem.verdict == PictureVerdict::unsupported; });
    if (left != report.problems.end())
        words += QLatin1Char(' ') + tr("Left out, as their kind is not read: %1, such as %2.")
                                        .arg(countText(report.count(PictureVerdict::unsupported)),
                                             QFileInfo(textOf(left->path)).fileName());
    return words;
}

QString sizeWords(const ScanReport& report) {
    if (report.usable() == 0)
        return {};
    const auto range = [](std::int64_t least, std::int64_t most) {
        return least == most ? tr("%1").arg(least) : tr("%1 to %2").arg(least).arg(most);
    };
    return tr("%1 pixels wide, %2 high.")
        .arg(range(report.leastWidth, report.mostWidth), range(report.leastHeight, report.mostHeight));
}

QString cacheWords(const std::optional<CacheState>& cache, std::optional<std::int64_t> cacheMb) {
    if (!cache && cacheMb == 0)
        return tr("Nothing is kept in memory (data.cache_mb is 0): pictures that are files are read anew each time.");
    if (!cache)
        return tr("These pictures lie in memory as a whole since the run was opened; no file is read again.");
    const auto size = [](std::int64_t bytes) { return fileSizeText(static_cast<std::uint64_t>(bytes)); };
    QString words = tr("Memory for pictures: %1 of %2 in use").arg(size(cache->bytes()), size(cache->budget));
    QStringList kept;
    if (cache->decodedPictures > 0)
        kept << tr("%1 decoded").arg(countText(cache->decodedPictures));
    if (cache->storedPictures > 0)
        kept << tr("%1 as files").arg(countText(cache->storedPictures));
    if (cache->pictures() == 0)
        words += tr(", no picture yet.");
    else
        words += tr(", pictures kept: %1.").arg(kept.join(QStringLiteral(", ")));
    const std::int64_t asked = cache->hits() + cache->misses;
    if (asked > 0)
        words += QLatin1Char(' ') + tr("Read from files: %1 in %2; served from memory: %3 of %4 requests.")
                                        .arg(size(cache->readBytes), picturesText(cache->misses),
                                             countText(cache->hits()), countText(asked));
    return words;
}

QString verdictText(PictureVerdict verdict) { return textOf(verdictWord(verdict)); }

QString channelText(const std::vector<double>& values) {
    QStringList words;
    for (const double value : values)
        words << QString::number(value, 'f', 4);
    return words.join(QLatin1Char(' '));
}

} // namespace dinoscope
