// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/laboratory_panel.h"

#include "ui/engine_bridge.h"
#include "ui/free_logits.h"
#include "ui/picture_chooser.h"
#include "ui/probe_controls.h"
#include "ui/texts.h"
#include "widgets/bar_strip.h"
#include "widgets/flow_layout.h"
#include "widgets/matrix_view.h"
#include "widgets/value_slider.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTabWidget>

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

constexpr const char* kStudentTemperature = "loss.student_temperature";
constexpr const char* kTeacherTemperature = "loss.teacher_temperature";

ValueSlider* sliderOf(const EngineCatalog& catalog, const char* id, double low, double high, QWidget* parent) {
    if (const ParamSpec* spec = catalog.params.find(id)) {
        low = spec->softMin.value_or(low);
        high = spec->softMax.value_or(high);
    }
    return new ValueSlider(low, high, low > 0, parent);
}

std::vector<float> toFloat(const std::vector<std::int32_t>& counts) { return {counts.begin(), counts.end()}; }

std::int64_t countAbove(const std::vector<std::int32_t>& counts) {
    return std::count_if(counts.begin(), counts.end(), [](std::int32_t count) { return count > 0; });
}

} // namespace

LaboratoryPanel::LaboratoryPanel(const PanelContext& context, QWidget* parent)
    : ProbePanel(context, ProbeKind::softmax, parent), status_(new QLabel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(6);
    column->addWidget(makeSourceBar());
    column->addWidget(makeSliders());
    status_->setProperty("muted", true);
    status_->setWordWrap(true);
    status_->setText(tr("The distributions of a picture appear here when a run is open; 'Free logits' needs none."));
    column->addWidget(status_);
    auto* tabs = new QTabWidget(this);
    tabs->setDocumentMode(true);
    free_ = new FreeLogits;
    tabs->addTab(makeDistributions(), tr("Distributions"));
    tabs->addTab(makePairs(), tr("Pairs, centre, winners"));
    tabs->addTab(free_, tr("Free logits"));
    column->addWidget(tabs, 1);
    updateButtons();
}

QWidget* LaboratoryPanel::makeSourceBar() {
    auto* bar = new QWidget(this);
    auto* row = new FlowLayout(4, bar);
    source_ = new QComboBox(bar);
    source_->addItems({tr("Last batch"), tr("Data set")});
    source_->setAccessibleName(tr("Where the picture comes from"));
    index_ = new PictureChooser(PictureChooser::Offers::neighboursOnly, bar);
    freeze_ = toolButton(LineIcon::freeze, {}, tr("Freeze: keeps these logits while the run goes on"), bar);
    freeze_->setCheckable(true);
    centered_ = new QCheckBox(tr("Centring"), bar);
    centered_->setChecked(true);
    centered_->setToolTip(
        tr("Takes the centre away from the teacher's logits; off shows what would follow without it."));
    apply_ = new QPushButton(tr("Apply to the run"), bar);
    apply_->setProperty("primary", true);
    reset_ = new QPushButton(tr("Reset to the run"), bar);
    for (QWidget* widget : std::initializer_list<QWidget*>{source_, index_, freeze_, centered_, reset_, apply_})
        row->addWidget(widget);
    connect(source_, &QComboBox::activated, this, [this] { ask(); });
    connect(index_, &PictureChooser::chosen, this, [this] { ask(); });
    connect(freeze_, &QPushButton::toggled, this, [this](bool on) { setFrozen(on); });
    connect(centered_, &QCheckBox::toggled, this, [this] { moved(); });
    connect(reset_, &QPushButton::clicked, this, [this] { resetToRun(); });
    connect(apply_, &QPushButton::clicked, this, [this] { applyToRun(); });
    return bar;
}

/// Each network has one half: which view, which temperature.
QWidget* LaboratoryPanel::makeSliders() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(16);
    studentView_ = new QComboBox(bar);
    studentView_->setAccessibleName(tr("View of the student"));
    teacherView_ = new QComboBox(bar);
    teacherView_->setAccessibleName(tr("View of the teacher"));
    studentSlider_ = sliderOf(bridge().catalog(), kStudentTemperature, 0.02, 1, bar);
    teacherSlider_ = sliderOf(bridge().catalog(), kTeacherTemperature, 0.01, 0.2, bar);
    studentSlider_->setAccessibleName(tr("Student temperature"));
    teacherSlider_->setAccessibleName(tr("Teacher temperature"));
    studentValue_ = new QLabel(bar);
    teacherValue_ = new QLabel(bar);
    const auto half = [&](QComboBox* view, ValueSlider* slider, QLabel* value) {
        auto* part = new QHBoxLayout;
        part->setSpacing(8);
        view->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        view->setMinimumContentsLength(12);
        view->addItem(tr("No view yet"));
        slider->setMinimumWidth(48);
        slider->setToolTip(slider->accessibleName());
        value->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("T = 0.0444")));
        part->addWidget(view);
        part->addWidget(slider, 1);
        part->addWidget(value);
        row->addLayout(part, 1);
    };
    half(studentView_, studentSlider_, studentValue_);
    half(teacherView_, teacherSlider_, teacherValue_);
    connect(studentView_, &QComboBox::activated, this, [this] { compute(); });
    connect(teacherView_, &QComboBox::activated, this, [this] { compute(); });
    connect(studentSlider_, &ValueSlider::moved, this, [this](double value) {
        studentTemperature_ = value;
        moved();
    });
    connect(teacherSlider_, &ValueSlider::moved, this, [this](double value) {
        teacherTemperature_ = value;
        moved();
    });
    return bar;
}

QWidget* LaboratoryPanel::makeDistributions() {
    auto* page = new QWidget;
    auto* grid = new QGridLayout(page);
    grid->setContentsMargins(0, 8, 0, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(4);
    studentLogits_ = new BarStrip(tr("Student: logits"), ColorRole::student);
    studentSoftmax_ = new BarStrip(tr("Student: softmax"), ColorRole::student);
    teacherLogits_ = new BarStrip(tr("Teacher: logits"), ColorRole::teacher);
    teacherCentered_ = new BarStrip(tr("Teacher: centred"), ColorRole::teacher);
    teacherSoftmax_ = new BarStrip(tr("Teacher: softmax"), ColorRole::teacher);
    for (BarStrip* strip : {studentSoftmax_, teacherSoftmax_})
        strip->setToolTip(tr("H: entropy in nats, of the most it can be, ln K; top: share of the largest dimensions"));
    pairWords_ = new QLabel;
    pairWords_->setWordWrap(true);
    pairWords_->setProperty("muted", true);
    grid->addWidget(studentLogits_, 0, 0);
    grid->addWidget(pairWords_, 1, 0);
    grid->addWidget(studentSoftmax_, 2, 0);
    grid->addWidget(teacherLogits_, 0, 1);
    grid->addWidget(teacherCentered_, 1, 1);
    grid->addWidget(teacherSoftmax_, 2, 1);
    for (int i = 0; i < 3; ++i)
        grid->setRowStretch(i, 1);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    return page;
}

QWidget* LaboratoryPanel::makePairs() {
    auto* page = new QWidget;
    auto* grid = new QGridLayout(page);
    grid->setContentsMargins(0, 8, 0, 0);
    grid->setHorizontalSpacing(16);
    matrix_ = new MatrixView(tr("Teacher"), tr("Student"));
    center_ = new BarStrip(tr("Centre"), ColorRole::teacher);
    wins_ = new BarStrip(tr("Wins, teacher"), ColorRole::teacher);
    studentWins_ = new BarStrip(tr("Wins, student"), ColorRole::student);
    grid->addWidget(matrix_, 0, 0);
    grid->addWidget(center_, 0, 1);
    grid->addWidget(studentWins_, 1, 0);
    grid->addWidget(wins_, 1, 1);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    return page;
}

void LaboratoryPanel::onNewRun() {
    ProbePanel::onNewRun();
    freeze_->setChecked(false);
    answer_.reset();
    whatIf_ = false;
    updateButtons();
}

void LaboratoryPanel::onSnapshot(const Snapshot& snapshot) {
    state_ = snapshot.state;
    ProbePanel::onSnapshot(snapshot);
    updateButtons();
}

ProbeQuestion LaboratoryPanel::question() const {
    return SoftmaxRequest{
        {source_->currentIndex() == 0 ? PictureRef::Kind::lastBatch : PictureRef::Kind::sample, index_->index(), {}}};
}

void LaboratoryPanel::showAnswer(const ProbeResult& result) {
    answer_ = std::make_shared<const SoftmaxAnswer>(std::get<SoftmaxAnswer>(result.answer));
    fillViews();
    if (whatIf_)
        compute();
    else
        resetToRun();
}

void LaboratoryPanel::fillViews() {
    const auto fill = [](QComboBox* box, const QString& network, std::int64_t views, std::int64_t globals, int first) {
        QStringList names;
        for (std::int64_t i = 0; i < views; ++i)
            names << (i < globals ? tr("%1: global %2").arg(network).arg(i + 1)
                                  : tr("%1: local %2").arg(network).arg(i - globals + 1));
        if (box->count() == views && box->itemText(0) == names.value(0))
            return;
        const QSignalBlocker quiet(box);
        box->clear();
        box->addItems(names);
        box->setCurrentIndex(std::min(first, box->count() - 1));
    };
    fill(studentView_, tr("Student"), answer_->studentViews, answer_->sharedViews, 1);
    fill(teacherView_, tr("Teacher"), answer_->teacherViews, answer_->teacherViews, 0);
    matrix_->setToolTip(answer_->sharedViews > 0
                            ? tr("Cross-entropy of each student view under each teacher view; a view is not compared "
                                 "with itself.")
                            : tr("Cross-entropy of each local crop, which are all that the student sees under this "
                                 "pairing, under each global crop of the teacher."));
}

void LaboratoryPanel::moved() {
    whatIf_ = true;
    compute();
}

void LaboratoryPanel::resetToRun() {
    if (answer_) {
        studentTemperature_ = answer_->studentTemperature;
        teacherTemperature_ = answer_->teacherTemperature;
        studentSlider_->setRealValue(studentTemperature_);
        teacherSlider_->setRealValue(teacherTemperature_);
    }
    const QSignalBlocker quiet(centered_);
    centered_->setChecked(true);
    whatIf_ = false;
    compute();
}

void LaboratoryPanel::applyToRun() {
    const auto refused = [this](const Acknowledgement& acknowledgement) {
        if (acknowledgement.refused)
            emit complained(textOf(acknowledgement.refused->message));
    };
    bridge().post(SetParamCommand{kStudentTemperature, studentTemperature_}, this, refused);
    bridge().post(SetParamCommand{kTeacherTemperature, teacherTemperature_}, this,
                  [this, refused](const Acknowledgement& acknowledgement) {
                      refused(acknowledgement);
                      if (!acknowledgement.refused)
                          whatIf_ = false; // the next answer comes with these temperatures
                      updateButtons();
                  });
}

void LaboratoryPanel::compute() {
    studentValue_->setText(tr("T = %1").arg(studentTemperature_, 0, 'g', 3));
    teacherValue_->setText(tr("T = %1").arg(teacherTemperature_, 0, 'g', 3));
    updateButtons();
    if (!answer_)
        return;
    LabQuestion question{answer_,
                         studentView_->currentIndex(),
                         teacherView_->currentIndex(),
                         studentTemperature_,
                         teacherTemperature_,
                         centered_->isChecked()};
    worker_.submit([this, question] {
        auto figures = std::make_shared<LabFigures>(computeFigures(question));
        return [this, figures] {
            figures_ = std::move(*figures);
            showFigures();
        };
    });
}

void LaboratoryPanel::showFigures() {
    if (!answer_)
        return;
    const double uniform = std::log(static_cast<double>(answer_->prototypes));
    const auto words = [uniform](double entropy, double top) {
        return tr("H %1 of %2 · top %3: %4 %")
            .arg(entropy, 0, 'f', 2)
            .arg(uniform, 0, 'f', 2)
            .arg(kTopCount)
            .arg(100 * top, 0, 'f', 1);
    };
    studentLogits_->setValues(figures_.studentLogits);
    studentSoftmax_->setValues(figures_.studentSoftmax);
    studentSoftmax_->setNote(words(figures_.studentEntropy, figures_.studentTop));
    teacherLogits_->setValues(figures_.teacherLogits);
    teacherCentered_->setValues(figures_.teacherCentered);
    teacherCentered_->setNote(centered_->isChecked() ? QString() : tr("centring is off"));
    teacherSoftmax_->setValues(figures_.teacherSoftmax);
    teacherSoftmax_->setNote(words(figures_.teacherEntropy, figures_.teacherTop));
    QStringList lines;
    lines << tr("%1, %2.").arg(textOf(answer_->caption), answerText())
          << tr("This pair: KL %1 nats.").arg(numberText(figures_.kl))
          << tr("All pairs: loss %1 = entropy %2 + KL %3.")
                 .arg(numberText(figures_.pairs.loss), numberText(figures_.pairs.teacherEntropy),
                      numberText(figures_.pairs.kl));
    if (answer_->runningStatistics)
        lines << tr("Outside the batch the running statistics of batch normalisation were used.");
    pairWords_->setText(lines.join(QLatin1Char(' ')));
    matrix_->setValues(figures_.pairs.values, static_cast<int>(figures_.pairs.teacherViews),
                       static_cast<int>(figures_.pairs.studentViews));
    center_->setValues(answer_->center);
    wins_->setValues(toFloat(answer_->teacherWins));
    wins_->setNote(tr("%1 of %2 win").arg(countAbove(answer_->teacherWins)).arg(answer_->prototypes));
    studentWins_->setValues(toFloat(answer_->studentWins));
    studentWins_->setNote(tr("%1 of %2 win").arg(countAbove(answer_->studentWins)).arg(answer_->prototypes));
    status_->hide();
}

void LaboratoryPanel::updateButtons() {
    const std::string_view why = refusal(state_, CommandKind::setParam);
    apply_->setEnabled(why.empty() && whatIf_);
    apply_->setToolTip(!why.empty() ? textOf(why)
                       : whatIf_    ? tr("Sends both temperatures to the run; centring stays as it is")
                                    : tr("Move a temperature first; these are the run's."));
    reset_->setEnabled(whatIf_);
    reset_->setToolTip(whatIf_ ? tr("Back to the temperatures in force") : tr("These are the run's values."));
}

void LaboratoryPanel::showError(const Error& error) {
    status_->setText(textOf(error.message));
    status_->show();
}

void LaboratoryPanel::showWaiting(bool) {}

} // namespace dinoscope
