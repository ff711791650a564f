// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace dinoscope {

class RunDraft;

/// What the window shows before there is a run.
class StartPage : public QWidget {
    Q_OBJECT

public:
    explicit StartPage(const RunDraft& draft, QWidget* parent = nullptr);
    /// Null if the engine has no such preset.
    QPushButton* demoButton() const { return demo_; }
    void setBusy(const QString& words);

signals:
    void presetChosen(const QString& id);
    void newRunAsked();
    void checkpointAsked();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QWidget* makeCard(const QString& title, const QString& words, const QString& button, bool primary,
                      QPushButton** out);

    QPushButton* demo_ = nullptr;
    QPushButton* newRun_ = nullptr;
    QPushButton* checkpoint_ = nullptr;
    QLabel* busy_;
};

} // namespace dinoscope
