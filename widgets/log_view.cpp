// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/log_view.h"

#include "widgets/theme.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListView>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>
#include <QTimer>

namespace dinoscope {
namespace {

constexpr int kKept = 5000;
constexpr int kWeightRole = Qt::UserRole + 1;

/// Rows with the words and at least the weight.
class LogFilter : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setLeast(int weight) {
        least_ = weight;
        invalidateFilter();
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
        return sourceModel()->index(row, 0, parent).data(kWeightRole).toInt() >= least_ &&
               QSortFilterProxyModel::filterAcceptsRow(row, parent);
    }

private:
    int least_ = 0;
};

} // namespace

LogView::LogView(QWidget* parent)
    : QWidget(parent), search_(new QLineEdit(this)), weights_(new QComboBox(this)), list_(new QListView(this)),
      model_(new QStandardItemModel(this)), scroll_(new QTimer(this)) {
    auto* filter = new LogFilter(this);
    shown_ = filter;
    shown_->setSourceModel(model_);
    shown_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    search_->setPlaceholderText(tr("Filter"));
    search_->setAccessibleName(tr("Filter the log by words"));
    search_->setClearButtonEnabled(true);
    weights_->addItems({tr("Everything"), tr("Warnings and errors"), tr("Errors")});
    weights_->setAccessibleName(tr("Least weight of a line"));
    row->addWidget(search_, 1);
    row->addWidget(weights_);
    column->addLayout(row);
    list_->setModel(shown_);
    list_->setAccessibleName(tr("Log"));
    list_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    list_->setWordWrap(true);
    list_->setResizeMode(QListView::Adjust);
    list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    column->addWidget(list_, 1);
    scroll_->setSingleShot(true);
    connect(scroll_, &QTimer::timeout, list_, &QListView::scrollToBottom);
    connect(search_, &QLineEdit::textChanged, this, &LogView::setFilter);
    connect(weights_, &QComboBox::currentIndexChanged, filter, &LogFilter::setLeast);
}

void LogView::append(Weight weight, qint64 step, const QString& sentence) {
    const QScrollBar* bar = list_->verticalScrollBar();
    const bool atEnd = scroll_->isActive() || bar->value() >= bar->maximum() - 4;
    const QString mark = weight == Weight::error     ? tr("Error: ")
                         : weight == Weight::warning ? tr("Warning: ")
                                                     : QString();
    auto* item = new QStandardItem(tr("%1   %2%3").arg(step, 6).arg(mark, sentence));
    item->setData(static_cast<int>(weight), kWeightRole);
    color(*item);
    item->setToolTip(sentence);
    model_->appendRow(item);
    if (model_->rowCount() > kKept)
        model_->removeRows(0, model_->rowCount() - kKept);
    if (atEnd)
        scroll_->start(0);
}

void LogView::color(QStandardItem& line) const {
    const auto weight = static_cast<Weight>(line.data(kWeightRole).toInt());
    if (weight != Weight::info)
        line.setForeground(themeColor(weight == Weight::error ? ColorRole::bad : ColorRole::warning, palette()));
}

void LogView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        for (int row = 0; row < model_->rowCount(); ++row)
            color(*model_->item(row));
}

void LogView::clear() { model_->clear(); }
int LogView::lineCount() const { return model_->rowCount(); }
int LogView::visibleLineCount() const { return shown_->rowCount(); }
void LogView::setFilter(const QString& words) { shown_->setFilterFixedString(words); }

} // namespace dinoscope
