// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/command.h"

#include <QDialog>

class QSpinBox;

namespace dinoscope {

struct EngineCatalog;

/// Asks how many epochs a run shall have in all, more than it has now.
class ExtendDialog : public QDialog {
    Q_OBJECT

public:
    ExtendDialog(const EngineCatalog& catalog, const QString& folder, const ParamSet& params,
                 QWidget* parent = nullptr);
    QSpinBox& epochs() const { return *epochs_; }
    void accept() override;

signals:
    void chosen(const dinoscope::LoadCommand& command);

private:
    const EngineCatalog& catalog_;
    QString folder_;
    QSpinBox* epochs_;
};

} // namespace dinoscope
