// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

class QAbstractButton;
class QGridLayout;
class QLabel;

namespace dinoscope {

class RecentRuns;

/// The newest runs as cards that open them; one whose folder is gone is grey and says so.
class RecentCards : public QWidget {
    Q_OBJECT

public:
    explicit RecentCards(const RecentRuns& recent, QWidget* parent = nullptr);
    const std::vector<QAbstractButton*>& cards() const { return cards_; }
    /// Why no run can be opened now; empty: one can.
    void setBusy(const QString& words);

signals:
    void chosen(const QString& folder);

private:
    void fill();

    const RecentRuns& recent_;
    QLabel* title_;
    QGridLayout* grid_;
    std::vector<QAbstractButton*> cards_;
    QString busy_;
};

} // namespace dinoscope
