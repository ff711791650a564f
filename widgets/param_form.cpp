// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/param_form.h"

#include <QToolButton>
#include <QVBoxLayout>

namespace dinoscope {

ParamForm::ParamForm(const std::vector<FieldDescription>& fields, QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    std::map<QString, std::size_t> places;
    for (const FieldDescription& field : fields)
        if (places.emplace(field.group, groups_.size()).second) {
            auto* head = new QToolButton(this);
            head->setText(field.group);
            head->setCheckable(true);
            head->setChecked(true);
            head->setAutoRaise(true);
            head->setProperty("groupHead", true);
            head->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
            head->setAccessibleName(tr("Group %1").arg(field.group));
            head->setArrowType(Qt::DownArrow);
            head->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
            connect(head, &QToolButton::toggled, this, [this, head](bool open) {
                head->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
                updateVisibility();
            });
            groups_.push_back({head, {}});
        }
    for (const FieldDescription& field : fields) {
        auto* row = new FieldRow(field, this);
        connect(row, &FieldRow::edited, this, &ParamForm::edited);
        groups_[places.at(field.group)].rows.push_back(row);
        rows_.push_back(row);
        byId_.emplace(field.id, row);
    }
    for (const Group& group : groups_) {
        column->addSpacing(16);
        column->addWidget(group.head);
        for (FieldRow* row : group.rows)
            column->addWidget(row);
    }
    column->addStretch(1);
}

ParamForm::~ParamForm() {
    for (FieldRow* row : rows_)
        row->disconnect(this);
}

FieldRow* ParamForm::row(const QString& id) const {
    const auto found = byId_.find(id);
    return found == byId_.end() ? nullptr : found->second;
}

void ParamForm::setApplies(const QString& id, bool applies) {
    const auto [place, isNew] = applies_.emplace(id, applies);
    if (!isNew && place->second == applies)
        return;
    place->second = applies;
    updateVisibility();
}

void ParamForm::setFilter(const QString& words) {
    filter_ = words.trimmed();
    updateVisibility();
}

void ParamForm::updateVisibility() {
    for (const Group& group : groups_) {
        bool any = false;
        for (FieldRow* row : group.rows) {
            const auto applies = applies_.find(row->field().id);
            const bool fits = (applies == applies_.end() || applies->second) && row->matches(filter_);
            any = any || fits;
            row->setVisible(fits && (group.head->isChecked() || !filter_.isEmpty()));
        }
        group.head->setVisible(any);
    }
}

int ParamForm::visibleRowCount() const {
    return static_cast<int>(
        std::count_if(rows_.begin(), rows_.end(), [this](FieldRow* row) { return row->isVisibleTo(this); }));
}

} // namespace dinoscope
