// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/field_row.h"

#include <map>
#include <vector>

class QToolButton;

namespace dinoscope {

/// A form made from descriptions, in groups that fold. Knows texts only; what they mean is the owner's.
class ParamForm : public QWidget {
    Q_OBJECT

public:
    explicit ParamForm(const std::vector<FieldDescription>& fields, QWidget* parent = nullptr);
    ~ParamForm() override;

    /// Null for an unknown id.
    FieldRow* row(const QString& id) const;
    const std::vector<FieldRow*>& rows() const { return rows_; }
    /// A row without a meaning under the present settings is not shown.
    void setApplies(const QString& id, bool applies);
    /// Shows the rows that have all the words; an empty text shows all.
    void setFilter(const QString& words);
    int visibleRowCount() const;

signals:
    void edited(const QString& id, const QString& text);

private:
    struct Group {
        QToolButton* head = nullptr;
        std::vector<FieldRow*> rows;
    };
    void updateVisibility();

    std::vector<Group> groups_;
    std::vector<FieldRow*> rows_;
    std::map<QString, FieldRow*> byId_;
    std::map<QString, bool> applies_;
    QString filter_;
};

} // namespace dinoscope
