// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/health_panel.h"

#include "ui/engine_bridge.h"
#include "ui/moment.h"
#include "ui/texts.h"
#include "widgets/meter_bar.h"
#include "widgets/share_bar.h"

#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>

#include <cmath>
#include <set>

namespace dinoscope {
namespace {

constexpr qint64 kTrainingRefreshMs = 1000;

using Judgement = MeterBar::Judgement;

constexpr int kTwoColumns = 440;

const std::set<std::string>& judgedMetrics() {
    static const std::set<std::string> ids = {"loss",
                                              "teacher_entropy",
                                              "feature_spread_teacher",
                                              "feature_spread_student",
                                              "winning_prototypes_teacher",
                                              "grad_norm",
                                              "wait_share"};
    return ids;
}

} // namespace

HealthPanel::HealthPanel(const PanelContext& context, QWidget* parent)
    : Panel(context, parent), loss_(new MeterBar(tr("Loss against ln K"))),
      entropy_(new MeterBar(tr("Teacher entropy"))), spread_(new MeterBar(tr("Feature spread"))),
      prototypes_(new MeterBar(tr("Winning prototypes"))), gradient_(new MeterBar(tr("Gradient norm"))),
      waiting_(new MeterBar(tr("Waiting for data"))), times_(new ShareBar(this)), memory_(new QLabel(this)),
      moment_(new QLabel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 4, 8);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* board = new QWidget;
    grid_ = new QGridLayout(board);
    grid_->setContentsMargins(0, 0, 8, 0);
    grid_->setHorizontalSpacing(16);
    grid_->setVerticalSpacing(8);
    times_->setAccessibleName(tr("Time of a step"));
    memory_->setProperty("muted", true);
    memory_->setWordWrap(true);
    layOut(2);
    scroll->setWidget(board);
    scroll->viewport()->setAutoFillBackground(false);
    board->setAutoFillBackground(false);
    moment_->setWordWrap(true);
    moment_->setProperty("tone", QStringLiteral("accent"));
    column->addWidget(moment_);
    column->addWidget(scroll);
    connect(&moment(), &Moment::changed, this, &HealthPanel::followMoment);
    followMoment();
    onNewRun();
}

void HealthPanel::layOut(int columns) {
    columns_ = columns;
    int place = 0;
    for (MeterBar* meter : {loss_, entropy_, spread_, prototypes_, gradient_, waiting_}) {
        grid_->addWidget(meter, place / columns, place % columns);
        ++place;
    }
    grid_->setColumnStretch(0, 1);
    grid_->setColumnStretch(1, columns - 1);
    grid_->addWidget(times_, place, 0, 1, columns);
    grid_->addWidget(memory_, place + 1, 0, 1, columns);
    grid_->setRowStretch(place + 2, 1);
}

void HealthPanel::resizeEvent(QResizeEvent* event) {
    Panel::resizeEvent(event);
    const int columns = width() < kTwoColumns ? 1 : 2;
    if (columns != columns_)
        layOut(columns);
}

void HealthPanel::onNewRun() {
    values_.clear();
    past_.clear();
    run_.reset();
    for (MeterBar* meter : {loss_, entropy_, spread_, prototypes_, gradient_, waiting_})
        meter->setReading(0, {}, Judgement::unknown, tr("Shown once a run has made a step."));
    times_->setShares(tr("Time of a step"), {});
    memory_->clear();
}

std::optional<double> HealthPanel::last(const std::string& metric) const {
    if (const auto step = moment().step()) {
        const auto series = past_.find(metric);
        return series == past_.end() ? std::nullopt : series->second.valueAt(static_cast<double>(step->value));
    }
    const auto found = values_.find(metric);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
}

QString HealthPanel::parameter(const char* id) const {
    const ParamSpec* spec = bridge().catalog().params.find(id);
    return spec ? QStringLiteral("%1 (%2)").arg(textOf(spec->label).toLower(), textOf(spec->id)) : textOf(id);
}

void HealthPanel::onPoints(const std::vector<MetricPoint>& points, quint64) {
    const std::vector<MetricSpec>& specs = bridge().catalog().metrics;
    for (const MetricPoint& point : points)
        if (point.metric < specs.size()) {
            const std::string& id = specs[point.metric].id;
            if (judgedMetrics().contains(id))
                past_[id].append(static_cast<double>(point.step.value), point.value);
            values_[id] = point.value;
        }
    if (!isTraining_)
        judge();
}

void HealthPanel::onSnapshot(const Snapshot& snapshot) {
    run_ = snapshot.run;
    // While a run trains a few looks a second are enough; what comes last is always shown.
    isTraining_ = snapshot.state == RunState::running;
    if (isTraining_ && shown_.isValid() && shown_.elapsed() < kTrainingRefreshMs)
        return;
    shown_.start();
    const StepTimes& times = snapshot.times;
    if (times.totalMs > 0)
        times_->setShares(tr("A step takes %1 ms").arg(times.totalMs, 0, 'f', times.totalMs < 10 ? 1 : 0),
                          {{tr("data"), times.dataWaitMs, ColorRole::warning},
                           {tr("teacher"), times.teacherMs, ColorRole::teacher},
                           {tr("student"), times.studentMs, ColorRole::student},
                           {tr("backward"), times.backwardMs, ColorRole::accent},
                           {tr("optimiser"), times.optimizerMs, ColorRole::good},
                           {tr("publish"), times.publishMs, ColorRole::mutedText}});
    if (snapshot.memoryBytes > 0)
        memory_->setText(run_ ? tr("The program uses %1 of memory; a network has %2 parameters.")
                                    .arg(bytesText(snapshot.memoryBytes), countText(run_->parameterCount))
                              : tr("The program uses %1 of memory.").arg(bytesText(snapshot.memoryBytes)));
    judge();
}

void HealthPanel::followMoment() {
    const std::optional<Step> step = moment().step();
    moment_->setVisible(step.has_value());
    if (step)
        moment_->setText(tr("Values of %1; time and memory are of now.").arg(stepText(*step, true)));
    for (MeterBar* meter : {loss_, entropy_, spread_, prototypes_, gradient_, waiting_})
        meter->setReading(0, {}, Judgement::unknown,
                          step ? tr("Was not recorded at that step.") : tr("Shown once a run has made a step."));
    judge();
}

void HealthPanel::judge() {
    if (!run_ || values_.empty())
        return;
    const double uniform = std::log(static_cast<double>(std::max<std::int64_t>(2, run_->prototypes)));
    judgeLoss(uniform);
    judgeEntropy(uniform);
    judgeSpread();
    judgePrototypes();
    judgeGradient();
    judgeWaiting();
}

void HealthPanel::judgeLoss(double uniform) {
    const auto loss = last("loss");
    if (!loss)
        return;
    const QString value = tr("%1 of %2").arg(numberText(*loss), numberText(uniform));
    if (!std::isfinite(*loss))
        loss_->setReading(1, value, Judgement::bad,
                          tr("The loss is not a number; start again with a lower %1.").arg(parameter("optim.lr")));
    else if (*loss > 0.97 * uniform)
        loss_->setReading(*loss / uniform, value, Judgement::warning,
                          tr("Near ln K nothing is learnt yet; if it stays, lower the %1.")
                              .arg(parameter("loss.teacher_temperature")));
    else if (*loss < 0.02 * uniform)
        loss_->setReading(
            *loss / uniform, value, Judgement::bad,
            tr("Near 0 all pictures get one answer; lower the %1.").arg(parameter("loss.center_momentum")));
    else
        loss_->setReading(*loss / uniform, value, Judgement::good, tr("The student says more than chance."));
}

void HealthPanel::judgeEntropy(double uniform) {
    const auto entropy = last("teacher_entropy");
    if (!entropy)
        return;
    const double share = *entropy / uniform;
    const QString value = tr("%1 nats").arg(numberText(*entropy));
    if (share > 0.97)
        entropy_->setReading(
            share, value, Judgement::bad,
            tr("The teacher is uniform: sharpen it with a lower %1.").arg(parameter("loss.teacher_temperature")));
    else if (share < 0.03)
        entropy_->setReading(share, value, Judgement::bad,
                             tr("One dimension wins: raise the %1 or lower the %2.")
                                 .arg(parameter("loss.teacher_temperature"), parameter("loss.center_momentum")));
    else if (share > 0.85 || share < 0.08)
        entropy_->setReading(
            share, value, Judgement::warning,
            tr("Close to an end of its scale; watch the %1.").arg(parameter("loss.teacher_temperature")));
    else
        entropy_->setReading(share, value, Judgement::good, tr("Neither uniform nor a single winner."));
}

void HealthPanel::judgeSpread() {
    const auto teacher = last("feature_spread_teacher"), student = last("feature_spread_student");
    if (!teacher)
        return;
    const QString value =
        student ? tr("%1 / %2").arg(*teacher, 0, 'f', 2).arg(*student, 0, 'f', 2) : numberText(*teacher);
    spread_->setToolTip(tr("Teacher / student; 1 is the most."));
    if (*teacher < 0.1)
        spread_->setReading(*teacher, value, Judgement::bad,
                            tr("All pictures look alike: lower the %1.").arg(parameter("loss.teacher_temperature")));
    else if (*teacher < 0.25)
        spread_->setReading(*teacher, value, Judgement::warning,
                            tr("Pictures are hard to tell apart; watch whether it falls on."));
    else
        spread_->setReading(*teacher, value, Judgement::good, tr("Different pictures have different features."));
}

void HealthPanel::judgePrototypes() {
    const auto winners = last("winning_prototypes_teacher");
    if (!winners)
        return;
    const double share = std::log2(std::max(1.0, *winners)) /
                         std::log2(static_cast<double>(std::max<std::int64_t>(2, run_->prototypes)));
    const QString value =
        tr("%1 of %2").arg(countText(static_cast<std::int64_t>(*winners)), countText(run_->prototypes));
    if (*winners <= 2)
        prototypes_->setReading(share, value, Judgement::bad,
                                tr("Almost all are dead: lower the %1, so that the centre follows.")
                                    .arg(parameter("loss.center_momentum")));
    else if (*winners <= 8)
        prototypes_->setReading(share, value, Judgement::warning,
                                tr("Few dimensions win in a batch; watch whether they grow fewer."));
    else
        prototypes_->setReading(share, value, Judgement::good, tr("Many dimensions win somewhere in the batch."));
}

void HealthPanel::judgeGradient() {
    const auto norm = last("grad_norm");
    if (!norm)
        return;
    const double position =
        std::isfinite(*norm) ? std::clamp((std::log10(std::max(1e-3, *norm)) + 3) / 6, 0.0, 1.0) : 1;
    if (!std::isfinite(*norm))
        gradient_->setReading(position, numberText(*norm), Judgement::bad,
                              tr("The gradient is not finite: lower the %1.").arg(parameter("optim.lr")));
    else if (*norm > 30)
        gradient_->setReading(position, numberText(*norm), Judgement::warning,
                              tr("Large steps: a lower %1 is safer.").arg(parameter("optim.lr")));
    else
        gradient_->setReading(position, numberText(*norm), Judgement::good, tr("Finite and of ordinary size."));
}

void HealthPanel::judgeWaiting() {
    const auto share = last("wait_share");
    if (!share)
        return;
    const QString value = tr("%1 % of a step").arg(100 * *share, 0, 'f', 0);
    if (*share > 0.25)
        waiting_->setReading(
            *share, value, Judgement::warning,
            tr("The loader cannot keep up: make fewer local crops, or give it more threads in a new run."));
    else
        waiting_->setReading(*share, value, Judgement::good, tr("The loader keeps up."));
}

} // namespace dinoscope
