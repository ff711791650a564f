// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QComboBox;
class QLineEdit;
class QListView;
class QSortFilterProxyModel;
class QStandardItem;
class QStandardItemModel;
class QTimer;

namespace dinoscope {

/// Sentences with their steps, newest last, filtered by words and by weight. Keeps the last 5,000.
class LogView : public QWidget {
    Q_OBJECT

public:
    enum class Weight { info, warning, error };

    explicit LogView(QWidget* parent = nullptr);
    void append(Weight weight, qint64 step, const QString& sentence);
    void clear();
    int lineCount() const;
    int visibleLineCount() const;
    void setFilter(const QString& words);

protected:
    void changeEvent(QEvent* event) override;

private:
    void color(QStandardItem& line) const;

    QLineEdit* search_;
    QComboBox* weights_;
    QListView* list_;
    QStandardItemModel* model_;
    QSortFilterProxyModel* shown_;
    QTimer* scroll_; ///< lays the list out once for a whole batch of lines
};

} // namespace dinoscope
