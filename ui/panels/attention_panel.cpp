// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/attention_panel.h"

#include "ui/engine_bridge.h"
#include "ui/pictures.h"
#include "ui/probe_controls.h"
#include "ui/texts.h"
#include "widgets/flow_layout.h"
#include "widgets/heat_map_view.h"
#include "widgets/value_slider.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRandomGenerator>
#include <QSignalBlocker>
#include <QSpinBox>

namespace dinoscope {

AttentionPanel::AttentionPanel(const PanelContext& context, QWidget* parent)
    : ProbePanel(context, ProbeKind::attention, parent), index_(new QSpinBox(this)), block_(new QComboBox(this)),
      head_(new QComboBox(this)), side_(new QComboBox(this)), colors_(new QComboBox(this)), strip_(new QComboBox(this)),
      classToken_(new QPushButton(tr("Class token"), this)), opacity_(new ValueSlider(0, 1, false, this)),
      student_(new HeatMapView(tr("Student"), ColorRole::student, this)),
      teacher_(new HeatMapView(tr("Teacher"), ColorRole::teacher, this)), headRow_(new QHBoxLayout),
      status_(new QLabel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(8);
    column->addLayout(makePictureRow());
    column->addLayout(makeLookRow());
    status_->setProperty("muted", true);
    status_->setWordWrap(true);
    status_->setText(tr("Where the heads look appears here when a run with a vision transformer is open."));
    column->addWidget(status_);
    auto* pair = new QHBoxLayout;
    pair->setSpacing(8);
    pair->addWidget(student_);
    pair->addWidget(teacher_);
    column->addLayout(pair, 3);
    headRow_->setSpacing(4);
    column->addLayout(headRow_, 1);
    for (HeatMapView* view : {student_, teacher_}) {
        connect(view, &HeatMapView::cellClicked, this, &AttentionPanel::chooseQuery);
        view->setToolTip(tr("Click a patch to ask where that patch looks."));
    }
    fillChoices();
}

QLayout* AttentionPanel::makePictureRow() {
    auto* row = new FlowLayout(4);
    auto* previous = toolButton(LineIcon::previous, {}, tr("Previous picture"), this);
    auto* next = toolButton(LineIcon::next, {}, tr("Next picture"), this);
    auto* random = toolButton(LineIcon::shuffle, {}, tr("Any picture"), this);
    index_->setRange(0, 1'000'000'000);
    index_->setAccessibleName(tr("Number of the picture"));
    index_->setFixedWidth(64);
    index_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    block_->setAccessibleName(tr("Block"));
    head_->setAccessibleName(tr("Head"));
    side_->setAccessibleName(tr("Side of the network's input"));
    side_->setToolTip(tr("Side of the network's input in pixels; a larger one gives a finer grid."));
    classToken_->setToolTip(tr("Asks from the class token again, not from a patch"));
    for (QWidget* widget : std::initializer_list<QWidget*>{previous, index_, next, random})
        row->addWidget(widget);
    for (QComboBox* box : {block_, head_, side_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        row->addWidget(box);
    }
    connect(previous, &QPushButton::clicked, index_, &QSpinBox::stepDown);
    connect(next, &QPushButton::clicked, index_, &QSpinBox::stepUp);
    connect(random, &QPushButton::clicked, this, [this] {
        const std::int64_t count = run_ && run_->sampleCount > 0 ? run_->sampleCount : 1;
        index_->setValue(static_cast<int>(QRandomGenerator::global()->bounded(static_cast<qint64>(count))));
    });
    connect(index_, &QSpinBox::valueChanged, this, [this] { ask(); });
    connect(block_, &QComboBox::activated, this, [this] { ask(); });
    connect(side_, &QComboBox::activated, this, [this] {
        query_ = -1; // a patch of the former grid
        ask();
    });
    connect(head_, &QComboBox::activated, this, [this] { redraw(); });
    connect(classToken_, &QPushButton::clicked, this, [this] { chooseQuery(-1); });
    return row;
}

QLayout* AttentionPanel::makeLookRow() {
    auto* row = new FlowLayout(8);
    opacity_->setRealValue(0.6);
    opacity_->setMaximumWidth(90);
    opacity_->setAccessibleName(tr("Opacity of the overlay"));
    opacity_->setToolTip(tr("Opacity of the overlay"));
    colors_->addItems(colorMapNames());
    colors_->setAccessibleName(tr("Colour map"));
    strip_->addItems({tr("Heads of the teacher"), tr("Heads of the student")});
    strip_->setAccessibleName(tr("Whose heads are shown below"));
    auto* caption = new QLabel(tr("Overlay"), this);
    caption->setBuddy(opacity_);
    row->addWidget(classToken_);
    row->addWidget(caption);
    row->addWidget(opacity_);
    row->addWidget(colors_);
    row->addWidget(strip_);
    connect(opacity_, &ValueSlider::moved, this, [this] { redraw(); });
    connect(colors_, &QComboBox::activated, this, [this] { redraw(); });
    connect(strip_, &QComboBox::activated, this, [this] { redraw(); });
    return row;
}

void AttentionPanel::fillChoices() {
    const std::int64_t blocks = run_ ? run_->blocks : 0, heads = run_ ? run_->heads : 0;
    const QSignalBlocker quietBlocks(block_), quietHeads(head_), quietSides(side_);
    block_->clear();
    block_->addItem(tr("Last block"), -1);
    for (int i = 0; i < blocks; ++i)
        block_->addItem(tr("Block %1").arg(i + 1), i);
    head_->clear();
    head_->addItem(tr("Mean of heads"), -1);
    for (int i = 0; i < heads; ++i)
        head_->addItem(tr("Head %1").arg(i + 1), i);
    side_->clear();
    side_->addItem(tr("Own size"), 0);
    const std::int64_t patch = run_ ? run_->patchSize : 0;
    if (patch > 0)
        for (const std::int64_t grid : {7, 14, 28})
            side_->addItem(tr("%1 px").arg(grid * patch), static_cast<qlonglong>(grid * patch));
    const bool can = run_ && run_->hasAttention;
    for (QWidget* widget : std::initializer_list<QWidget*>{index_, block_, head_, side_, classToken_})
        widget->setEnabled(can);
    if (run_ && !can)
        status_->setText(
            tr("A convolutional network such as %1 has no attention; choose a vision transformer for a new run.")
                .arg(textOf(run_->backbone)));
}

void AttentionPanel::onNewRun() {
    ProbePanel::onNewRun();
    answer_ = {};
    query_ = -1;
    run_.reset();
    for (HeatMapView* view : {student_, teacher_}) {
        view->setPicture({});
        view->setMap({}, 0, 0);
        view->setCaption({});
    }
    for (HeatMapView* view : heads_)
        delete view;
    heads_.clear();
    status_->setText(tr("Where the heads look appears here when a run with a vision transformer is open."));
    status_->show();
    fillChoices();
}

void AttentionPanel::onSnapshot(const Snapshot& snapshot) {
    if (snapshot.run != run_) {
        run_ = snapshot.run;
        fillChoices();
    }
    ProbePanel::onSnapshot(snapshot);
}

void AttentionPanel::chooseQuery(int patch) {
    query_ = patch;
    for (HeatMapView* view : {student_, teacher_})
        view->setQuery(patch);
    ask();
}

void AttentionPanel::chooseHead(int head) {
    head_->setCurrentIndex(head_->currentData().toInt() == head ? 0 : head + 1);
    redraw();
}

ProbeQuestion AttentionPanel::question() const {
    AttentionRequest request;
    request.picture = {PictureRef::Kind::sample, index_->value(), {}};
    request.block = block_->currentData().toInt();
    request.inputSide = side_->currentData().toLongLong();
    request.queryPatch = query_;
    return request;
}

void AttentionPanel::showAnswer(const ProbeResult& result) {
    answer_ = std::get<AttentionAnswer>(result.answer);
    step_ = result.step;
    status_->hide();
    while (heads_.size() < static_cast<std::size_t>(answer_.heads)) {
        const auto head = static_cast<int>(heads_.size());
        auto* view = new HeatMapView(QString::number(head + 1), ColorRole::mutedText, this);
        view->setSmall(true);
        view->setToolTip(tr("Head %1; click to show it above, again for the mean.").arg(head + 1));
        connect(view, &HeatMapView::clicked, this, [this, head] { chooseHead(head); });
        headRow_->addWidget(view);
        heads_.push_back(view);
    }
    redraw();
}

std::vector<float> AttentionPanel::mapOf(const std::vector<float>& maps, std::int64_t head) const {
    const auto cells = static_cast<std::size_t>(answer_.rows * answer_.columns);
    if (maps.size() < cells * static_cast<std::size_t>(answer_.heads) || answer_.heads == 0)
        return {};
    if (head >= 0 && head < answer_.heads) {
        const auto first = maps.begin() + static_cast<std::ptrdiff_t>(cells * static_cast<std::size_t>(head));
        return {first, first + static_cast<std::ptrdiff_t>(cells)};
    }
    std::vector<float> mean(cells, 0.0F);
    for (std::size_t i = 0; i < cells * static_cast<std::size_t>(answer_.heads); ++i)
        mean[i % cells] += maps[i] / static_cast<float>(answer_.heads);
    return mean;
}

void AttentionPanel::redraw() {
    if (answer_.heads == 0)
        return;
    const QImage picture = toQImage(answer_.picture);
    const int rows = static_cast<int>(answer_.rows), columns = static_cast<int>(answer_.columns),
              head = head_->currentData().toInt();
    const auto colors = static_cast<ColorMap>(colors_->currentIndex());
    const auto show = [&](HeatMapView* view, const std::vector<float>& maps, std::int64_t which) {
        view->setPicture(picture);
        view->setOpacity(opacity_->realValue());
        view->setColorMap(colors);
        view->setMap(mapOf(maps, which), rows, columns);
        view->setQuery(query_);
    };
    const QString from =
        query_ < 0 ? tr("class token") : tr("patch %1, %2").arg(query_ / columns + 1).arg(query_ % columns + 1);
    const QString which = head < 0 ? tr("mean of heads") : tr("head %1").arg(head + 1);
    show(student_, answer_.student, head);
    show(teacher_, answer_.teacher, head);
    student_->setCaption(tr("%1 · step %2").arg(textOf(answer_.caption)).arg(step_.value));
    teacher_->setCaption(
        tr("block %1, %2, %3, %4 px").arg(answer_.block + 1).arg(which, from).arg(answer_.picture.width));
    for (std::size_t i = 0; i < heads_.size(); ++i) {
        show(heads_[i], strip_->currentIndex() == 0 ? answer_.teacher : answer_.student, static_cast<std::int64_t>(i));
        heads_[i]->setSelected(static_cast<int>(i) == head);
    }
}

void AttentionPanel::showError(const Error& error) {
    status_->setText(textOf(error.message));
    status_->show();
    showWaiting(true);
}

void AttentionPanel::showWaiting(bool waiting) {
    for (HeatMapView* view : {student_, teacher_})
        view->setDimmed(waiting && answer_.heads > 0);
}

} // namespace dinoscope
