// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/exports.h"

#include <QString>
#include <QWidget>

#include <optional>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace dinoscope {

/// What there is to be exported.
struct ExportSource {
    bool hasRun = false;          ///< a run is open
    QString runFolder;            ///< of the open run; empty: it keeps none
    Step step{};                  ///< of the open run now
    std::optional<Step> at;       ///< a checkpoint in its folder, that is offered first
    QString pictures;             ///< that the run learns from
    bool officialLoading = false; ///< as the run loads them
};

/// The fields of an export: of what, in which form, with what, to where. Shows only what the chosen form takes. Fields
/// have the names of ExportRequest as object names.
class ExportForm : public QWidget {
    Q_OBJECT

public:
    explicit ExportForm(ExportSource source, QWidget* parent = nullptr);
    ExportRequest request() const;
    /// A sentence on what is still missing; empty: nothing.
    QString whyNot() const;
    /// A folder above the place of the export that does not exist yet is made. @returns false if that failed.
    bool makeParent() const;

signals:
    void changed();

private:
    void addSourceRows();
    void addFormatRows();
    void addPlaceRows();
    QWidget* withChoice(QLineEdit* line, void (ExportForm::*choose)());
    void fillFormats();
    void show();
    void suggest();
    void chooseFile();
    void choosePictures();
    void choosePlace();
    const ExportFormat& format() const;
    bool isFile() const;

    ExportSource source_;
    QFormLayout* form_;
    QComboBox *from_, *format_, *network_;
    QLineEdit *file_, *pictures_, *path_;
    QSpinBox *heads_, *side_, *count_;
    QCheckBox *head_, *attention_, *officialLoading_, *replace_;
    QLabel *help_, *deprecated_;
    QWidget *fileRow_ = nullptr, *picturesRow_ = nullptr;
    bool pathTyped_ = false;
};

} // namespace dinoscope
