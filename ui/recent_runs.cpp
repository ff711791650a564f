// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recent_runs.h"

#include "engine/api/snapshot.h"
#include "ui/texts.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>

#include <utility>

namespace dinoscope {
namespace {

const auto kKey = QStringLiteral("recent/runs");

} // namespace

QString RecentRun::name() const { return QFileInfo(QDir::cleanPath(folder)).fileName(); }

bool RecentRun::isThere() const { return QFileInfo(folder + QStringLiteral("/config.toml")).isFile(); }

void RecentRuns::note(const RecentRun& run) {
    RecentRun clean = run;
    clean.folder = QDir::cleanPath(run.folder);
    std::erase_if(runs_, [&](const RecentRun& other) { return other.folder == clean.folder; });
    runs_.insert(runs_.begin(), clean);
    if (runs_.size() > kMost)
        runs_.resize(kMost);
    emit changed();
}

void RecentRuns::follow(const Snapshot& snapshot) {
    const QString folder = snapshot.run ? textOf(snapshot.run->runFolder) : QString();
    const int state = static_cast<int>(snapshot.state);
    const bool isNew = std::exchange(folder_, folder) != folder;
    const bool hasChanged = std::exchange(state_, state) != state;
    if (!folder.isEmpty() && (isNew || hasChanged))
        note({folder, static_cast<qint64>(snapshot.step.value), QDateTime::currentDateTime()});
}

void RecentRuns::load(const QSettings& settings) {
    runs_.clear();
    for (const QVariant& entry : settings.value(kKey).toList()) {
        const QVariantMap run = entry.toMap();
        const QString folder = run.value(QStringLiteral("folder")).toString();
        if (!folder.isEmpty() && runs_.size() < kMost)
            runs_.push_back({folder, run.value(QStringLiteral("step")).toLongLong(),
                             run.value(QStringLiteral("seen")).toDateTime()});
    }
    emit changed();
}

void RecentRuns::save(QSettings& settings) const {
    QVariantList entries;
    for (const RecentRun& run : runs_)
        entries << QVariantMap{{QStringLiteral("folder"), run.folder},
                               {QStringLiteral("step"), run.step},
                               {QStringLiteral("seen"), run.seen}};
    settings.setValue(kKey, entries);
}

} // namespace dinoscope
