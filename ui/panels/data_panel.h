// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/job_starter.h"
#include "ui/panel.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace dinoscope {

class BarStrip;
class PictureStrip;
class RecordTable;
class SampleGrid;

/// The pictures of the open run, or without one those that the next run would take: how many, of which classes, what
/// the memory holds of them, a page of samples; and after a scan of all files what can be used, sizes, mean picture,
/// mean and deviation of the channels, and each file that cannot be used with its reason.
class DataPanel : public Panel {
    Q_OBJECT

public:
    explicit DataPanel(const PanelContext& context, QWidget* parent = nullptr);
    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    void onResult(const ProbeResult& result) override;
    bool hasShown(Step step) const override;

    /// Of the pictures that the panel is about; nothing before the first scan of them.
    const std::optional<ScanReport>& report() const { return report_; }
    bool isScanning() const { return scan_ != 0; }
    QPushButton& scanButton() const { return *start_; }
    QPushButton& cancelButton() const { return *cancel_; }
    QPushButton& takeColorsButton() const { return *takeColors_; }
    QPushButton& copyButton() const { return *copy_; }
    QPushButton& openFolderButton() const { return *openFolder_; }
    RecordTable& problemTable() const { return *problems_; }
    RecordTable& classTable() const { return *classes_; }
    BarStrip& sizeStrip() const { return *sizes_; }
    PictureStrip& meanPicture() const { return *mean_; }
    SampleGrid& samples() const { return *samples_; }
    QString facts() const;
    QString cacheState() const;
    QString counts() const;
    QString message() const;
    /// Why the chosen file cannot be used.
    QString reason() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    /// What a scan looks at.
    struct Target {
        std::string path, kind;
        bool officialLoading = false;
        double testShare = 0;
        bool operator==(const Target&) const = default;
    };
    QWidget* makeScanRow();
    QWidget* makeResults();
    Target target() const;
    void follow();
    void scan();
    void end(const JobResult& result);
    void openProblemFolder();
    void takeColors();
    void showFacts();
    void showCache();
    void showProgress(const WorkProgress& work);
    void showReport();
    void showClasses();
    void showMean();
    void updateButtons();
    void say(const QString& sentence, bool isBad = false);

    JobStarter jobs_;
    QLabel *title_, *facts_, *cache_, *counts_, *message_, *sizeWords_, *colors_, *problemWords_, *reason_,
        *classWords_;
    QPushButton *start_, *cancel_, *takeColors_, *copy_, *openFolder_;
    QProgressBar* progress_;
    QWidget* results_ = nullptr;
    BarStrip* sizes_;
    PictureStrip* mean_;
    SampleGrid* samples_;
    RecordTable *problems_, *classes_;
    std::shared_ptr<const RunInfo> run_;
    std::shared_ptr<const ParamSet> params_; ///< of the run
    std::optional<CacheState> memory_;
    RunState state_ = RunState::empty;
    Target shown_;
    std::optional<ScanReport> report_;
    JobId scan_ = 0; ///< 0: none is under way
};

} // namespace dinoscope
