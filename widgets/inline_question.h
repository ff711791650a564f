// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <functional>

class QLabel;
class QPushButton;

namespace dinoscope {

/// A question in the page itself, with the button that does it and one that leaves all as it is. Hidden while there is
/// none.
class InlineQuestion : public QWidget {
    Q_OBJECT

public:
    explicit InlineQuestion(QWidget* parent = nullptr);
    /// Takes the place of an earlier question.
    void ask(const QString& sentence, const QString& yes, std::function<void()> agreed);
    void withdraw() { hide(); }
    QPushButton& yesButton() const { return *yes_; }
    QPushButton& noButton() const { return *no_; }
    QString sentence() const;

private:
    QLabel* sentence_;
    QPushButton *yes_, *no_;
    std::function<void()> agreed_;
};

} // namespace dinoscope
