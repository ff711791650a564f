// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>
#include <QVariant>

#include <vector>

class QSortFilterProxyModel;

namespace dinoscope {

/// A table of texts and whole numbers to be read: sorted by a click on a column, back in its own order by the third
/// click, copied with Ctrl+C. Quick with many thousand rows, for only those in sight are drawn. Its height is that of
/// its rows, up to a number of them.
class RecordTable : public QTableView {
    Q_OBJECT

public:
    using Row = std::vector<QVariant>; ///< a QString or a qlonglong for each column

    RecordTable(const QString& name, const QStringList& columns, int mostRowsSeen, QWidget* parent = nullptr);
    void setRows(std::vector<Row> rows);
    int rowCount() const;
    /// As shown: in the order of the sorting.
    QString textAt(int row, int column) const;
    /// The chosen rows, or all if none is chosen: a line each, with tabs between the columns.
    QString asText() const;
    void copy() const;

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    class Rows;

    Rows* rows_;
    QSortFilterProxyModel* sorted_;
    int mostRowsSeen_;
};

} // namespace dinoscope
