// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare_table.h"

#include "ui/texts.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>

#include <algorithm>
#include <utility>

namespace dinoscope {
namespace {

constexpr int kMostRowsSeen = 6;

} // namespace

CompareTable::CompareTable(RunComparison& comparison, QWidget* parent)
    : QWidget(parent), comparison_(comparison), words_(new QLabel(this)), remove_(new QPushButton(tr("Remove"), this)),
      table_(new QTableWidget(0, 3, this)) {
    words_->setWordWrap(true);
    words_->setTextFormat(Qt::PlainText);
    remove_->setAccessibleName(tr("End the comparison"));
    remove_->setToolTip(tr("Takes the other run's curves away"));
    table_->setAccessibleName(tr("Parameters that differ"));
    table_->setHorizontalHeaderLabels({tr("Parameter"), tr("This run"), tr("The other run")});
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table_->verticalHeader()->hide();
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setTabKeyNavigation(false);
    auto* row = new QHBoxLayout;
    row->addWidget(words_, 1);
    row->addWidget(remove_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(row);
    column->addWidget(table_);
    connect(remove_, &QPushButton::clicked, this, [this] { comparison_.set(std::nullopt); });
    connect(&comparison_, &RunComparison::changed, this, &CompareTable::fill);
    fill();
}

void CompareTable::setParams(std::shared_ptr<const ParamSet> params) {
    if (params == params_)
        return;
    params_ = std::move(params);
    fill();
}

void CompareTable::fill() {
    setVisible(comparison_.record().has_value());
    if (!comparison_.record())
        return;
    const std::vector<ParamDifference> differences =
        params_ ? differencesOf(*params_, *comparison_.record()) : std::vector<ParamDifference>();
    words_->setText(differences.empty() ? tr("Compared with %1, whose parameters are the same.").arg(comparison_.name())
                                        : tr("Compared with %1. These parameters differ:").arg(comparison_.name()));
    table_->setVisible(!differences.empty());
    table_->setRowCount(static_cast<int>(differences.size()));
    for (int i = 0; i < table_->rowCount(); ++i) {
        const ParamDifference& difference = differences[static_cast<std::size_t>(i)];
        const QString none = tr("not set");
        table_->setItem(i, 0, new QTableWidgetItem(difference.id));
        table_->setItem(i, 1, new QTableWidgetItem(difference.here.isEmpty() ? none : difference.here));
        table_->setItem(i, 2, new QTableWidgetItem(difference.there.isEmpty() ? none : difference.there));
    }
    const int rows = std::min(kMostRowsSeen, table_->rowCount());
    table_->setFixedHeight(table_->horizontalHeader()->sizeHint().height() +
                           rows * table_->verticalHeader()->defaultSectionSize() + 4);
}

} // namespace dinoscope
