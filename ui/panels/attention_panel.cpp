// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/attention_panel.h"

#include "ui/engine_bridge.h"
#include "ui/moment.h"
#include "ui/pictures.h"
#include "ui/probe_controls.h"
#include "ui/texts.h"
#include "widgets/flow_layout.h"
#include "widgets/heat_map_view.h"
#include "widgets/value_slider.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>
#include <utility>

namespace dinoscope {
namespace {

/// A panel this many times as wide as it is high has room beside its maps.
constexpr double kWide = 1.2;

QString convolutionText(const RunInfo& run) {
    return AttentionPanel::tr("A convolutional network such as %1 has no attention. Shown are the activations of its "
                              "stages, and how alike their cells are.")
        .arg(textOf(run.backbone));
}

/// Map of one part, or the whole for -1; empty if there is no such part.
std::vector<float> mapOf(const AttentionAnswer& answer, const PatchMaps& maps, int part) {
    if (part < 0)
        return maps.whole;
    const auto cells = static_cast<std::size_t>(answer.rows * answer.columns);
    const std::size_t begin = cells * static_cast<std::size_t>(part);
    if (maps.parts.size() < begin + cells)
        return {};
    const auto first = maps.parts.begin() + static_cast<std::ptrdiff_t>(begin);
    return {first, first + static_cast<std::ptrdiff_t>(cells)};
}

} // namespace

AttentionPanel::AttentionPanel(const PanelContext& context, QWidget* parent)
    : PicturePanel(context, ProbeKind::attention, PictureSource::Offers::dataSet, parent), view_(new QComboBox(this)),
      block_(new QComboBox(this)), part_(new QComboBox(this)), side_(new QComboBox(this)), colors_(new QComboBox(this)),
      strip_(new QComboBox(this)), classToken_(new QPushButton(this)), hold_(new QPushButton(tr("Hold below"), this)),
      opacity_(new ValueSlider(0, 1, false, this)), student_(new HeatMapView(tr("Student"), ColorRole::student, this)),
      teacher_(new HeatMapView(tr("Teacher"), ColorRole::teacher, this)),
      heldStudent_(new HeatMapView(tr("Student, held"), ColorRole::student, this)),
      heldTeacher_(new HeatMapView(tr("Teacher, held"), ColorRole::teacher, this)),
      maps_(new QBoxLayout(QBoxLayout::TopToBottom)), partGrid_(new QGridLayout), status_(new QLabel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(8);
    column->addLayout(makeControls());
    status_->setProperty("muted", true);
    status_->setWordWrap(true);
    column->addWidget(noteLabel());
    column->addWidget(status_);
    auto* large = new QGridLayout;
    large->setSpacing(8);
    int row = 0;
    for (const auto& [left, right] : {std::pair(student_, teacher_), std::pair(heldStudent_, heldTeacher_)}) {
        large->addWidget(left, row, 0);
        large->addWidget(right, row++, 1);
    }
    maps_->setSpacing(8);
    maps_->addLayout(large, 3);
    partGrid_->setSpacing(4);
    maps_->addLayout(partGrid_, 1);
    column->addLayout(maps_, 1);
    connectControls();
    onNewRun();
}

QLayout* AttentionPanel::makeControls() {
    auto* row = new FlowLayout(4);
    view_->setObjectName(QStringLiteral("patchView"));
    view_->setAccessibleName(tr("What is shown of each patch"));
    block_->setAccessibleName(tr("Block"));
    part_->setAccessibleName(tr("Head or channel"));
    side_->setAccessibleName(tr("Side of the network's input"));
    side_->setToolTip(tr("Side of the network's input in pixels; a larger one gives a finer grid."));
    hold_->setCheckable(true);
    hold_->setToolTip(tr("Keeps these maps in sight below, to compare another moment, picture or block with them"));
    opacity_->setRealValue(0.6);
    opacity_->setMaximumWidth(90);
    opacity_->setAccessibleName(tr("Opacity of the overlay"));
    opacity_->setToolTip(tr("Opacity of the overlay"));
    colors_->addItems(colorMapNames());
    colors_->setAccessibleName(tr("Colour map"));
    strip_->addItems({tr("Small: teacher"), tr("Small: student")});
    strip_->setAccessibleName(tr("Whose heads or channels are shown in the small maps"));
    strip_->setToolTip(strip_->accessibleName());
    for (QWidget* control : source().controls())
        row->addWidget(control);
    for (QWidget* control :
         std::initializer_list<QWidget*>{view_, block_, part_, side_, classToken_, hold_, opacity_, colors_, strip_})
        row->addWidget(control);
    for (QComboBox* box : {view_, block_, part_, side_})
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    return row;
}

void AttentionPanel::connectControls() {
    connect(view_, &QComboBox::activated, this, [this] { ask(); });
    connect(block_, &QComboBox::activated, this, [this] {
        if (isConvolutional())
            forgetQuery(); // each stage has a grid of its own
        ask();
    });
    connect(side_, &QComboBox::activated, this, [this] {
        forgetQuery(); // a patch of the former grid
        ask();
    });
    connect(classToken_, &QPushButton::clicked, this, [this] { chooseQuery(-1); });
    connect(hold_, &QPushButton::toggled, this, &AttentionPanel::hold);
    connect(opacity_, &ValueSlider::moved, this, [this] { redraw(); });
    for (QComboBox* box : {part_, colors_, strip_})
        connect(box, &QComboBox::activated, this, [this] { redraw(); });
    for (HeatMapView* view : {student_, teacher_}) {
        connect(view, &HeatMapView::cellClicked, this, &AttentionPanel::chooseQuery);
        view->setToolTip(tr("Click a patch to ask from there: where it looks, what is like it."));
    }
}

void AttentionPanel::resizeEvent(QResizeEvent* event) {
    PicturePanel::resizeEvent(event);
    arrangeParts();
}

void AttentionPanel::arrangeParts() {
    const bool beside = width() > kWide * height();
    maps_->setDirection(beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    const auto count = static_cast<int>(parts_.size());
    const int columns = beside ? static_cast<int>(std::ceil(std::sqrt(count))) : count;
    for (int part = 0; part < count; ++part)
        partGrid_->addWidget(parts_[static_cast<std::size_t>(part)], part / columns, part % columns);
}

bool AttentionPanel::isConvolutional() const { return run_ && !run_->hasAttention; }

PatchView AttentionPanel::view() const { return static_cast<PatchView>(view_->currentData().toInt()); }

void AttentionPanel::fillChoices() {
    const QSignalBlocker quietViews(view_), quietBlocks(block_), quietSides(side_);
    const bool stages = isConvolutional();
    const QVariant former = view_->currentData();
    view_->clear();
    if (!stages)
        view_->addItem(tr("Attention"), static_cast<int>(PatchView::attention));
    view_->addItem(tr("Activation"), static_cast<int>(PatchView::activation));
    view_->addItem(tr("Similarity"), static_cast<int>(PatchView::similarity));
    view_->setCurrentIndex(std::max(0, view_->findData(former)));
    block_->clear();
    block_->addItem(stages ? tr("Last stage") : tr("Last block"), -1);
    for (int i = 0; i < (run_ ? run_->blocks : 0); ++i)
        block_->addItem((stages ? tr("Stage %1") : tr("Block %1")).arg(i + 1), i);
    side_->clear();
    side_->addItem(tr("Own size"), 0);
    if (const std::int64_t patch = run_ ? run_->patchSize : 0; patch > 0)
        for (const std::int64_t grid : {7, 14, 28})
            side_->addItem(tr("%1 px").arg(grid * patch), static_cast<qlonglong>(grid * patch));
    classToken_->setText(stages ? tr("Whole picture") : tr("Class token"));
    classToken_->setToolTip(stages ? tr("Asks from the mean of all cells again, not from one")
                                   : tr("Asks from the class token again, not from a patch"));
    for (QWidget* widget : std::initializer_list<QWidget*>{view_, block_, part_, side_, classToken_})
        widget->setEnabled(run_ != nullptr);
    status_->setText(!run_    ? tr("Where the heads look appears here when a run is open.")
                     : stages ? convolutionText(*run_)
                              : QString());
    status_->setVisible(!run_ || stages);
    fillParts();
}

void AttentionPanel::fillParts() {
    const auto shown = static_cast<int>(answer_.parts.size());
    const QSignalBlocker quiet(part_);
    const int former = part_->currentIndex();
    part_->clear();
    for (int part = -1; part < shown; ++part)
        part_->addItem(partText(answer_, part), part);
    part_->setCurrentIndex(former < part_->count() ? std::max(0, former) : 0);
}

QString AttentionPanel::partText(const AttentionAnswer& answer, int part) {
    const bool heads = answer.view == PatchView::attention;
    if (part < 0)
        return heads ? tr("Mean of heads") : tr("All channels");
    return (heads ? tr("Head %1") : tr("Channel %1")).arg(answer.parts[static_cast<std::size_t>(part)] + 1);
}

void AttentionPanel::onNewRun() {
    PicturePanel::onNewRun();
    answer_ = {};
    query_ = -1;
    run_.reset();
    for (HeatMapView* view : {student_, teacher_}) {
        view->setPicture({});
        view->setMap({}, 0, 0);
        view->setCaption({});
    }
    for (HeatMapView* view : parts_)
        delete view;
    parts_.clear();
    hold_->setChecked(false);
    hold_->setEnabled(false);
    hold(false);
    fillChoices();
}

void AttentionPanel::onSnapshot(const Snapshot& snapshot) {
    if (snapshot.run != run_) {
        run_ = snapshot.run;
        fillChoices();
    }
    PicturePanel::onSnapshot(snapshot);
}

void AttentionPanel::forgetQuery() {
    query_ = -1;
    for (HeatMapView* view : {student_, teacher_})
        view->setQuery(query_);
}

void AttentionPanel::chooseQuery(int patch) {
    query_ = patch;
    for (HeatMapView* view : {student_, teacher_})
        view->setQuery(patch);
    ask();
}

void AttentionPanel::choosePart(int part) {
    part_->setCurrentIndex(part_->currentData().toInt() == part ? 0 : part + 1);
    redraw();
}

ProbeQuestion AttentionPanel::question() const {
    AttentionRequest request;
    request.picture = source().picture();
    request.block = block_->currentData().toInt();
    request.inputSide = side_->currentData().toLongLong();
    request.queryPatch = query_;
    request.view = view();
    return request;
}

void AttentionPanel::showAnswer(const ProbeResult& result) {
    const auto& answer = std::get<AttentionAnswer>(result.answer);
    const bool sameParts = answer.parts == answer_.parts && answer.view == answer_.view && part_->count() > 0;
    answer_ = answer;
    hold_->setEnabled(true);
    status_->setVisible(isConvolutional());
    if (isConvolutional())
        status_->setText(convolutionText(*run_));
    if (!sameParts)
        fillParts();
    redraw();
}

QString AttentionPanel::queryText(const Shown& shown) const {
    const std::int64_t columns = shown.answer.columns;
    if (shown.query >= 0)
        return tr("patch %1, %2").arg(shown.query / columns + 1).arg(shown.query % columns + 1);
    return isConvolutional() ? tr("whole picture") : tr("class token");
}

void AttentionPanel::hold(bool on) {
    held_.reset();
    if (on && answer_.rows > 0)
        held_ = Shown{answer_, query_, answerText()};
    for (HeatMapView* view : {heldStudent_, heldTeacher_})
        view->setVisible(held_.has_value());
    redraw();
}

void AttentionPanel::redraw() {
    if (answer_.rows == 0)
        return;
    draw(*student_, *teacher_, {answer_, query_, stepText(*answerStep(), false)});
    if (held_)
        draw(*heldStudent_, *heldTeacher_, *held_);
    showTiles(toQImage(answer_.picture));
}

void AttentionPanel::draw(HeatMapView& student, HeatMapView& teacher, const Shown& shown) {
    const AttentionAnswer& answer = shown.answer;
    // What is held may have other parts.
    const int chosen = part_->currentData().toInt();
    const int part = answer.view == answer_.view && chosen < static_cast<int>(answer.parts.size()) ? chosen : -1;
    const QImage picture = toQImage(answer.picture);
    for (const auto& [view, maps] : {std::pair(&student, &answer.student), std::pair(&teacher, &answer.teacher)}) {
        view->setPicture(picture);
        view->setOpacity(opacity_->realValue());
        view->setColorMap(static_cast<ColorMap>(colors_->currentIndex()));
        view->setMap(mapOf(answer, *maps, part), static_cast<int>(answer.rows), static_cast<int>(answer.columns));
        view->setQuery(shown.query);
    }
    QStringList words{(isConvolutional() ? tr("stage %1") : tr("block %1")).arg(answer.block + 1)};
    words << (answer.view == PatchView::similarity ? tr("similarity") : partText(answer, part).toLower());
    if (answer.view != PatchView::activation)
        words << queryText(shown);
    words << tr("%1 px").arg(answer.picture.width);
    student.setCaption(tr("%1 · %2").arg(shown.step, textOf(answer.caption)));
    teacher.setCaption(words.join(QStringLiteral(", ")));
}

void AttentionPanel::showTiles(const QImage& picture) {
    const std::size_t count = answer_.parts.size();
    while (parts_.size() > count) {
        delete parts_.back();
        parts_.pop_back();
    }
    while (parts_.size() < count) {
        const auto part = static_cast<int>(parts_.size());
        auto* view = new HeatMapView({}, ColorRole::mutedText, this);
        view->setSmall(true);
        connect(view, &HeatMapView::clicked, this, [this, part] { choosePart(part); });
        parts_.push_back(view);
        arrangeParts();
    }
    const PatchMaps& maps = strip_->currentIndex() == 0 ? answer_.teacher : answer_.student;
    for (std::size_t i = 0; i < count; ++i) {
        const auto part = static_cast<int>(i);
        parts_[i]->setTitle(QString::number(answer_.parts[i] + 1));
        parts_[i]->setToolTip(tr("%1; click to show it above, again for all.").arg(partText(answer_, part)));
        parts_[i]->setPicture(picture);
        parts_[i]->setOpacity(opacity_->realValue());
        parts_[i]->setColorMap(static_cast<ColorMap>(colors_->currentIndex()));
        parts_[i]->setMap(mapOf(answer_, maps, part), static_cast<int>(answer_.rows),
                          static_cast<int>(answer_.columns));
        parts_[i]->setSelected(part_->currentData().toInt() == part);
    }
    strip_->setEnabled(count > 0);
}

void AttentionPanel::showError(const Error& error) {
    status_->setText(textOf(error.message));
    status_->show();
    showWaiting(true);
}

void AttentionPanel::showWaiting(bool waiting) {
    for (HeatMapView* view : {student_, teacher_})
        view->setDimmed(waiting && answer_.rows > 0);
}

} // namespace dinoscope
