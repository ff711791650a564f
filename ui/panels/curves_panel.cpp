// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/curves_panel.h"

#include "ui/engine_bridge.h"
#include "ui/moment.h"
#include "ui/run_comparison.h"
#include "ui/texts.h"
#include "widgets/curve_plot.h"
#include "widgets/flow_layout.h"
#include "widgets/value_slider.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace dinoscope {
namespace {

constexpr int kRefreshMs = 100;
constexpr int kTrainingRefreshMs = 1000; ///< while both the window and training want the processors
constexpr int kSmallColumns = 4;
constexpr int kOtherNamePx = 240;
constexpr std::size_t kFewPoints = 40; ///< below, an average would only lag behind

/// "temperature" of "Student temperature".
QString stemOf(const MetricSpec& spec) {
    QString label = textOf(spec.label);
    for (const QString& network : {QStringLiteral("Student "), QStringLiteral("Teacher ")})
        if (label.startsWith(network))
            label = label.mid(network.size());
    return label.left(1).toUpper() + label.mid(1);
}

/// Groups whose metrics all have one and the same unit.
std::set<std::string> sharedGroups(const std::vector<MetricSpec>& specs) {
    std::map<std::string, std::set<std::string>> units;
    for (const MetricSpec& spec : specs)
        units[spec.group].insert(spec.unit);
    std::set<std::string> shared;
    for (const auto& [group, names] : units)
        if (names.size() == 1 && !names.begin()->empty())
            shared.insert(group);
    return shared;
}

ColorRole roleOf(const MetricSpec& spec, std::size_t plain) {
    if (spec.role == NetworkRole::student)
        return ColorRole::student;
    if (spec.role == NetworkRole::teacher)
        return ColorRole::teacher;
    constexpr std::array<ColorRole, 3> kPlain = {ColorRole::text, ColorRole::accent, ColorRole::good};
    return kPlain[plain % kPlain.size()];
}

} // namespace

CurvesPanel::CurvesPanel(const PanelContext& context, QWidget* parent) : Panel(context, parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 4, 4);
    column->setSpacing(8);
    column->addWidget(makeControls());
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* board = new QWidget;
    makePlots();
    layOut(board);
    scroll->setWidget(board);
    scroll->viewport()->setAutoFillBackground(false);
    board->setAutoFillBackground(false);
    column->addWidget(scroll, 1);
    refresh_.setSingleShot(true);
    connect(&refresh_, &QTimer::timeout, this, [this] { refresh(); });
    connect(&moment(), &Moment::changed, this, &CurvesPanel::showMoment);
    connect(&comparison(), &RunComparison::changed, this, &CurvesPanel::showOther);
    showOther();
}

QWidget* CurvesPanel::makeControls() {
    auto* bar = new QWidget(this);
    auto* row = new FlowLayout(8, bar);
    smoothing_ = new ValueSlider(0, 0.99, false, bar);
    smoothing_->setRealValue(0.8);
    smoothing_->setMaximumWidth(120);
    smoothing_->setAccessibleName(tr("Smoothing"));
    auto* caption = new QLabel(tr("Smoothing"), bar);
    caption->setBuddy(smoothing_);
    logX_ = new QCheckBox(tr("Log x"), bar);
    logY_ = new QCheckBox(tr("Log y"), bar);
    follow_ = new QCheckBox(tr("Follow"), bar);
    follow_->setChecked(true);
    follow_->setToolTip(
        tr("Axes follow the run. Dragging or turning the wheel in a plot switches it off; the zoom then stays."));
    auto* save = new QPushButton(tr("Export…"), bar);
    save->setToolTip(tr("Writes one plot as PNG, SVG or CSV"));
    other_ = new QWidget(bar);
    auto* otherRow = new QHBoxLayout(other_);
    otherRow->setContentsMargins(0, 0, 0, 0);
    otherRow->setSpacing(8);
    otherName_ = new QLabel(other_);
    otherName_->setTextFormat(Qt::PlainText);
    removeOther_ = new QPushButton(tr("Remove"), other_);
    otherRow->addWidget(otherName_);
    otherRow->addWidget(removeOther_);
    removeOther_->setAccessibleName(tr("End the comparison"));
    removeOther_->setToolTip(tr("Takes the other run's curves away"));
    row->addWidget(caption);
    row->addWidget(smoothing_);
    row->addWidget(logX_);
    row->addWidget(logY_);
    row->addWidget(follow_);
    row->addWidget(save);
    row->addWidget(other_);
    connect(removeOther_, &QPushButton::clicked, this, [this] { comparison().set(std::nullopt); });
    connect(smoothing_, &ValueSlider::moved, this, [this] { refresh(); });
    const auto setLogs = [this] {
        for (const auto& [plot, group] : groups_)
            plot->setLogarithmic(logX_->isChecked(), logarithmic_.at(plot) || logY_->isChecked());
    };
    connect(logX_, &QCheckBox::toggled, this, setLogs);
    connect(logY_, &QCheckBox::toggled, this, setLogs);
    connect(follow_, &QCheckBox::toggled, this, [this](bool on) {
        for (const auto& [plot, group] : groups_)
            plot->setFollow(on);
    });
    connect(save, &QPushButton::clicked, this, &CurvesPanel::exportPlots);
    return bar;
}

void CurvesPanel::makePlots() {
    const std::vector<MetricSpec>& specs = bridge().catalog().metrics;
    const std::set<std::string> shared = sharedGroups(specs);
    std::map<std::pair<std::string, QString>, CurvePlot*> plots;
    std::map<CurvePlot*, std::size_t> plain;
    for (const MetricSpec& spec : specs) {
        const bool isShared = shared.contains(spec.group);
        const QString title = isShared ? textOf(spec.group) : stemOf(spec);
        CurvePlot*& plot = plots[{spec.group, title}];
        if (!plot) {
            plot = new CurvePlot(title, textOf(spec.unit));
            (isShared ? large_ : small_).push_back(plot);
            groups_[plot] = textOf(spec.group);
            logarithmic_[plot] = spec.logAxis;
            plot->setCompact(!isShared);
            plot->setLogarithmic(false, spec.logAxis);
            plot->setToolTip(textOf(spec.help));
            connect(plot, &CurvePlot::hovered, this, [this](double x) {
                for (const auto& [other, group] : groups_)
                    other->showCursor(x);
            });
            connect(plot, &CurvePlot::left, this, [this] { showMoment(); });
            connect(plot, &CurvePlot::zoomed, this, [this] { follow_->setChecked(false); });
            connect(plot, &CurvePlot::resetAsked, this, [this] { follow_->setChecked(true); });
        }
        // Where all curves of a plot are one quantity, the network's name alone tells them apart.
        const bool oneQuantity = std::all_of(specs.begin(), specs.end(), [&](const MetricSpec& other) {
            return other.group != spec.group || !isShared || stemOf(other) == stemOf(spec);
        });
        const QString label = oneQuantity && spec.role == NetworkRole::student   ? tr("student")
                              : oneQuantity && spec.role == NetworkRole::teacher ? tr("teacher")
                                                                                 : textOf(spec.label);
        const std::size_t order = spec.role == NetworkRole::none ? plain[plot]++ : 0;
        places_.push_back(
            {plot, plot->addCurve({textOf(spec.id), label, roleOf(spec, order), spec.role == NetworkRole::teacher})});
    }
}

void CurvesPanel::layOut(QWidget* parent) {
    auto* column = new QVBoxLayout(parent);
    column->setContentsMargins(0, 0, 8, 0);
    column->setSpacing(12);
    auto* top = new QHBoxLayout;
    top->setSpacing(16);
    for (CurvePlot* plot : large_) {
        plot->setMinimumHeight(150);
        top->addWidget(plot, plot == large_.front() ? 3 : 2);
    }
    column->addLayout(top, 5);
    auto* grid = new QGridLayout;
    grid->setSpacing(8);
    grid->setHorizontalSpacing(12);
    for (std::size_t i = 0; i < small_.size(); ++i) {
        small_[i]->setMinimumHeight(66);
        grid->addWidget(small_[i], static_cast<int>(i) / kSmallColumns, static_cast<int>(i) % kSmallColumns);
    }
    for (int i = 0; i < kSmallColumns; ++i)
        grid->setColumnStretch(i, 1);
    column->addLayout(grid, 4);
}

void CurvesPanel::refresh() {
    std::map<CurvePlot*, std::size_t> points;
    for (const Place& place : places_)
        points[place.plot] = std::max(points[place.plot], place.plot->pointCount(place.curve));
    for (const auto& [plot, group] : groups_) {
        plot->setSmoothing(points[plot] < kFewPoints ? 0 : smoothing_->realValue());
        plot->refresh();
    }
}

void CurvesPanel::showMoment() {
    const std::optional<Step> step = moment().step();
    for (const auto& [plot, group] : groups_)
        plot->showCursor(step ? std::optional(static_cast<double>(step->value)) : std::nullopt);
}

void CurvesPanel::showOther() {
    const std::optional<RecordReport>& record = comparison().record();
    for (const auto& [plot, group] : groups_)
        plot->clearOther();
    other_->setVisible(record.has_value());
    if (record) {
        const QString name = comparison().name();
        otherName_->setText(tr("○ %1").arg(fontMetrics().elidedText(name, Qt::ElideMiddle, kOtherNamePx)));
        otherName_->setToolTip(tr("Curves with rings are those of the run %1.").arg(name));
        otherName_->setAccessibleName(otherName_->toolTip());
        std::vector<std::pair<std::vector<double>, std::vector<double>>> curves(places_.size());
        for (const MetricPoint& point : record->points)
            if (point.metric < curves.size()) {
                curves[point.metric].first.push_back(static_cast<double>(point.step.value));
                curves[point.metric].second.push_back(point.value);
            }
        for (std::size_t i = 0; i < places_.size(); ++i)
            places_[i].plot->setOther(places_[i].curve, curves[i].first, curves[i].second);
    }
    refresh_.start(0);
}

CurvePlot* CurvesPanel::plotOf(const std::string& metric) const {
    const std::vector<MetricSpec>& specs = bridge().catalog().metrics;
    for (std::size_t i = 0; i < specs.size(); ++i)
        if (specs[i].id == metric)
            return places_[i].plot;
    return nullptr;
}

void CurvesPanel::onNewRun() {
    for (const auto& [plot, group] : groups_) {
        plot->clear();
        plot->setLevels({});
        plot->refresh();
    }
    run_.reset();
}

void CurvesPanel::onSnapshot(const Snapshot& snapshot) {
    if (std::exchange(isTraining_, snapshot.state == RunState::running) && !isTraining_ && refresh_.isActive())
        refresh_.start(kRefreshMs); // the last points do not wait
    if (snapshot.run == run_)
        return;
    run_ = snapshot.run;
    for (CurvePlot* plot : large_) {
        std::vector<CurvePlot::Level> levels;
        if (run_)
            for (const ReferenceLine& line : run_->referenceLines)
                if (textOf(line.group) == groups_.at(plot))
                    levels.push_back({textOf(line.label), line.value});
        plot->setLevels(levels);
    }
    const std::vector<MetricSpec>& specs = bridge().catalog().metrics;
    for (std::size_t i = 0; i < specs.size(); ++i)
        if (specs[i].needsLabels)
            places_[i].plot->setNotice(
                run_ && run_->classNames.empty()
                    ? tr("The pictures have no labels. A sub-folder for each class gives them some; they are used to "
                         "measure, never to train.")
                    : QString());
    refresh_.start(0);
}

void CurvesPanel::onPoints(const std::vector<MetricPoint>& points, quint64 lost) {
    if (lost > 0)
        bridge().post(RequestHistoryCommand{});
    for (const MetricPoint& point : points)
        if (point.metric < places_.size())
            places_[point.metric].plot->append(places_[point.metric].curve, static_cast<double>(point.step.value),
                                               point.value);
    if (!refresh_.isActive())
        refresh_.start(isTraining_ ? kTrainingRefreshMs : kRefreshMs);
}

void CurvesPanel::onAcknowledgement(const Acknowledgement& acknowledgement) {
    if (acknowledgement.kind != CommandKind::setParam || acknowledgement.refused)
        return;
    for (const auto& [plot, group] : groups_)
        plot->addMark({static_cast<double>(acknowledgement.step.value),
                       tr("Step %1: %2").arg(acknowledgement.step.value).arg(textOf(acknowledgement.detail))});
    refresh_.start(0);
}

void CurvesPanel::exportPlots() {
    QMenu menu(this);
    for (CurvePlot* plot : large_)
        menu.addAction(plot->title())->setData(QVariant::fromValue(static_cast<void*>(plot)));
    menu.addSeparator();
    for (CurvePlot* plot : small_)
        menu.addAction(plot->title())->setData(QVariant::fromValue(static_cast<void*>(plot)));
    const QAction* chosen = menu.exec(QCursor::pos());
    if (!chosen)
        return;
    auto* plot = static_cast<CurvePlot*>(chosen->data().value<void*>());
    QString path = QFileDialog::getSaveFileName(this, tr("Export the plot %1").arg(plot->title()),
                                                plot->title() + QStringLiteral(".png"),
                                                tr("Picture (*.png);;Drawing (*.svg);;Table (*.csv)"));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += QStringLiteral(".png");
    if (const auto failure = plot->exportTo(path))
        emit complained(*failure);
}

} // namespace dinoscope
