// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/record_table.h"

#include <QAbstractTableModel>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLocale>
#include <QSortFilterProxyModel>
#include <QStyledItemDelegate>

#include <algorithm>
#include <utility>

namespace dinoscope {
namespace {

constexpr int kValueRole = Qt::UserRole; // numbers as numbers, to sort by

bool isNumber(const QVariant& value) { return value.typeId() == QMetaType::LongLong; }

/// Shortens texts of the first column, such as paths, in their middle, others at their end.
class Shortening : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        option->textElideMode = index.column() == 0 ? Qt::ElideMiddle : Qt::ElideRight;
    }
};

} // namespace

class RecordTable::Rows : public QAbstractTableModel {
public:
    Rows(QStringList columns, QObject* parent) : QAbstractTableModel(parent), columns_(std::move(columns)) {}

    void set(std::vector<Row> rows) {
        beginResetModel();
        rows_ = std::move(rows);
        endResetModel();
    }
    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(rows_.size());
    }
    int columnCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(columns_.size());
    }
    QVariant data(const QModelIndex& index, int role) const override {
        const Row& row = rows_[static_cast<std::size_t>(index.row())];
        if (static_cast<std::size_t>(index.column()) >= row.size())
            return {};
        const QVariant& value = row[static_cast<std::size_t>(index.column())];
        switch (role) {
        case kValueRole: return value;
        case Qt::DisplayRole:
            return isNumber(value) ? QLocale(QLocale::English).toString(value.toLongLong()) : value.toString();
        case Qt::ToolTipRole: return isNumber(value) ? QVariant() : value;
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter | (isNumber(value) ? Qt::AlignRight : Qt::AlignLeft));
        default: return {};
        }
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        return orientation == Qt::Horizontal && role == Qt::DisplayRole ? QVariant(columns_.at(section)) : QVariant();
    }

private:
    QStringList columns_;
    std::vector<Row> rows_;
};

RecordTable::RecordTable(const QString& name, const QStringList& columns, int mostRowsSeen, QWidget* parent)
    : QTableView(parent), rows_(new Rows(columns, this)), sorted_(new QSortFilterProxyModel(this)),
      mostRowsSeen_(mostRowsSeen) {
    setAccessibleName(name);
    sorted_->setSourceModel(rows_);
    sorted_->setSortRole(kValueRole);
    sorted_->setSortCaseSensitivity(Qt::CaseInsensitive);
    setModel(sorted_);
    horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    horizontalHeader()->setSortIndicatorClearable(true);
    setSortingEnabled(true);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setStretchLastSection(true);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setWordWrap(false);
    setItemDelegate(new Shortening(this));
    setTabKeyNavigation(false);
    setRows({});
}

void RecordTable::setRows(std::vector<Row> rows) {
    const int count = static_cast<int>(rows.size());
    rows_->set(std::move(rows));
    setFixedHeight(horizontalHeader()->sizeHint().height() +
                   std::min(mostRowsSeen_, count) * verticalHeader()->defaultSectionSize() + 4);
}

int RecordTable::rowCount() const { return rows_->rowCount(); }

QString RecordTable::textAt(int row, int column) const { return sorted_->index(row, column).data().toString(); }

QString RecordTable::asText() const {
    QList<int> lines;
    for (const QModelIndex& index : selectionModel()->selectedRows())
        lines << index.row();
    if (lines.isEmpty())
        for (int row = 0; row < rowCount(); ++row)
            lines << row;
    std::sort(lines.begin(), lines.end());
    QString text;
    for (const int row : lines)
        for (int column = 0; column < sorted_->columnCount(); ++column)
            text += sorted_->index(row, column).data(kValueRole).toString() +
                    (column + 1 < sorted_->columnCount() ? QLatin1Char('\t') : QLatin1Char('\n'));
    return text;
}

void RecordTable::copy() const { QApplication::clipboard()->setText(asText()); }

void RecordTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy))
        copy();
    else
        QTableView::keyPressEvent(event);
}

} // namespace dinoscope
