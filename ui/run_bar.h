// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/command.h"
#include "engine/api/snapshot.h"

#include <QStringList>
#include <QToolBar>

#include <map>

class QLabel;
class QLineEdit;
class QProgressBar;

namespace dinoscope {

class EngineBridge;

/// Run, Pause, Step, Stop, Save and Export with the state of the run beside them. What a button may do is read from the
/// permission table; the state shown is the engine's, never the click's.
class RunBar : public QToolBar {
    Q_OBJECT

public:
    explicit RunBar(EngineBridge& bridge, QWidget* parent = nullptr);

    QAction* newRun() const { return newRun_; }
    QAction* exportAction() const { return export_; }
    /// The action of run, pause, step, stop or save.
    QAction* action(CommandKind kind) const { return actions_.at(kind); }
    void show(const Snapshot& snapshot);
    /// The parts that there is room for.
    QString statusWords() const;
    QLineEdit* search() const { return search_; }

signals:
    /// Run or Step was applied.
    void goesOn();
    void searched(const QString& words);
    void complained(const QString& sentence);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void addCommand(CommandKind kind, const QString& text, const QString& tip, const QKeySequence& key,
                    Command command);
    void drawIcons();
    void showWhatIsAllowed(const Snapshot& snapshot);
    QStringList statusParts(const Snapshot& snapshot) const;
    void fitStatus();

    EngineBridge& bridge_;
    QAction *newRun_, *export_;
    std::map<CommandKind, QAction*> actions_;
    std::map<CommandKind, QString> tips_;
    QLabel *state_, *status_;
    QStringList parts_; ///< of the status, in HTML
    QProgressBar* progress_;
    QAction* lens_ = nullptr;
    QLineEdit* search_;
};

} // namespace dinoscope
