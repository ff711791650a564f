// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

class QGridLayout;
class QLabel;
class QPushButton;

namespace dinoscope {

class RecentCards;
class RecentRuns;
class RunDraft;

/// What the window shows before there is a run.
class StartPage : public QWidget {
    Q_OBJECT

public:
    StartPage(const RunDraft& draft, const RecentRuns& recent, QWidget* parent = nullptr);
    /// Null if the engine has no such preset.
    QPushButton* demoButton() const { return demo_; }
    QPushButton* picturesButton() const { return pictures_; }
    QPushButton* runButton() const { return run_; }
    RecentCards& recentCards() const { return *recent_; }
    void setBusy(const QString& words);

signals:
    void presetChosen(const QString& id);
    void picturesAsked();
    void checkpointAsked();
    void runAsked();
    void runChosen(const QString& folder);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeCard(const QString& title, const QString& words, const QString& button, bool primary,
                      QPushButton** out);

    QWidget* makeBoard(const RunDraft& draft, const RecentRuns& recent);
    void layOut(int columns);

    QPushButton* demo_ = nullptr;
    QPushButton *pictures_ = nullptr, *run_ = nullptr, *checkpoint_ = nullptr;
    QGridLayout* grid_ = nullptr;
    std::vector<QWidget*> cards_;
    RecentCards* recent_ = nullptr;
    int columns_ = 0;
    QLabel* busy_;
};

} // namespace dinoscope
