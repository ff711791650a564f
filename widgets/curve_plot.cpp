// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/curve_plot.h"

#include "widgets/curve_plot_series.h"

#include <QFile>
#include <QLabel>
#include <QLocale>
#include <QSvgGenerator>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace dinoscope {
namespace {

constexpr std::size_t kManyPoints = 10'000;
constexpr double kDotPx = 6; // a curve of one point

QString figure(double value) { return QString::number(value, 'g', 4); }

/// Ticks at plain numbers also on a logarithmic axis: the range of one plot is seldom more than a decade or two.
void setScale(QCPAxis* axis, bool logarithmic, int ticks) {
    axis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (logarithmic && axis->range().lower > 0 && axis->range().upper / axis->range().lower > 30) {
        axis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
        axis->setNumberFormat(QStringLiteral("gb"));
        axis->setNumberPrecision(0);
        return;
    }
    auto ticker = QSharedPointer<QCPAxisTicker>::create();
    ticker->setTickCount(ticks);
    axis->setTicker(ticker);
    axis->setNumberFormat(QStringLiteral("g"));
    axis->setNumberPrecision(4);
}

} // namespace

CurvePlot::CurvePlot(const QString& title, const QString& unit, QWidget* parent)
    : QWidget(parent), title_(title), unit_(unit), header_(new QLabel(this)), plot_(new QCustomPlot(this)) {
    notice_ = new QLabel(plot_);
    notice_->setTextFormat(Qt::PlainText);
    notice_->setWordWrap(true);
    notice_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    notice_->setProperty("muted", true);
    notice_->setAttribute(Qt::WA_TransparentForMouseEvents);
    notice_->hide();
    (new QVBoxLayout(plot_))->addWidget(notice_);
    setAccessibleName(tr("Plot of %1").arg(title));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    header_->setTextFormat(Qt::RichText);
    header_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    column->addWidget(header_);
    column->addWidget(plot_, 1);
    plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot_->setMinimumSize(80, 44);
    plot_->setNoAntialiasingOnDrag(true);
    plot_->axisRect()->setMinimumMargins(QMargins(4, 4, 8, 4));
    plot_->xAxis2->setVisible(false);
    plot_->setMouseTracking(true);
    plot_->installEventFilter(this);
    setScale(plot_->xAxis, false, 4);
    setScale(plot_->yAxis, false, 4);
    connect(plot_, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (event->buttons() == Qt::NoButton)
            emit hovered(plot_->xAxis->pixelToCoord(event->position().x()));
        else
            emit zoomed();
    });
    connect(plot_, &QCustomPlot::mouseWheel, this, [this] { emit zoomed(); });
    connect(plot_, &QCustomPlot::mouseDoubleClick, this, [this] { emit resetAsked(); });
    connect(plot_->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this] {
        if (!follow_) // a person moves the axis; otherwise refresh() is about to draw
            sample();
    });
    cursor_ = new QCPItemStraightLine(plot_);
    cursor_->setVisible(false);
    applyTheme();
}

CurvePlot::~CurvePlot() = default;

void CurvePlot::setCompact(bool compact) {
    compact_ = compact;
    header_->setWordWrap(!compact);
    setLogarithmic(logX_, logY_);
    applyTheme();
}

std::size_t CurvePlot::addCurve(const Curve& curve) {
    auto series = std::make_unique<Series>();
    series->curve = curve;
    series->store.setSmoothing(smoothing_);
    series->raw = plot_->addGraph();
    series->smooth = plot_->addGraph();
    series_.push_back(std::move(series));
    applyTheme();
    return series_.size() - 1;
}

void CurvePlot::append(std::size_t curve, double x, double y) {
    changed_ = series_.at(curve)->store.append(x, y) || changed_;
}

std::size_t CurvePlot::pointCount(std::size_t curve) const { return series_.at(curve)->store.size(); }

void CurvePlot::sample() {
    const QCPRange range = plot_->xAxis->range();
    const int columns = std::max(1, static_cast<int>(plot_->width() * plot_->devicePixelRatioF()));
    const auto give = [this](QCPGraph* graph, const std::vector<double>& x, const std::vector<double>& y) {
        QVector<double> keys, values;
        keys.reserve(static_cast<qsizetype>(x.size()));
        values.reserve(static_cast<qsizetype>(x.size()));
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (logX_ && x[i] <= 0)
                continue;
            keys.push_back(x[i]);
            // A gap: such a value has no place on the axis.
            values.push_back(logY_ && y[i] <= 0 ? std::numeric_limits<double>::quiet_NaN() : y[i]);
        }
        graph->setData(keys, values, true);
    };
    for (const auto& series : series_) {
        const SeriesStore::Sample points = series->store.sample(range.lower, range.upper, columns, logX_);
        give(series->raw, points.x, points.y);
        give(series->smooth, points.smoothX, points.smoothY);
        const bool few = series->store.size() <= kManyPoints;
        series->raw->setAntialiased(few);
        series->smooth->setAntialiased(few);
        const bool alone = series->store.size() == 1; // no line would be seen
        series->smooth->setScatterStyle(alone ? QCPScatterStyle(QCPScatterStyle::ssDisc, kDotPx) : QCPScatterStyle());
        sampleOther(*series, columns);
    }
}

void CurvePlot::setLevels(const std::vector<Level>& levels) {
    for (QCPItemStraightLine* line : levelLines_)
        plot_->removeItem(line);
    for (QCPItemText* text : levelTexts_)
        plot_->removeItem(text);
    levelLines_.clear();
    levelTexts_.clear();
    levels_ = levels;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
        levelLines_.push_back(new QCPItemStraightLine(plot_));
        auto* text = new QCPItemText(plot_);
        text->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
        text->position->setTypeY(QCPItemPosition::ptPlotCoords);
        text->setPositionAlignment(Qt::AlignRight | Qt::AlignBottom);
        levelTexts_.push_back(text);
    }
    changed_ = true;
    applyTheme();
}

void CurvePlot::placeLevels() {
    for (std::size_t i = 0; i < levels_.size(); ++i) {
        levelLines_[i]->point1->setCoords(plot_->xAxis->range().lower, levels_[i].value);
        levelLines_[i]->point2->setCoords(plot_->xAxis->range().upper, levels_[i].value);
        levelTexts_[i]->position->setCoords(0.99, levels_[i].value);
        const QCPRange range = plot_->yAxis->range();
        const bool isHigh = levels_[i].value > range.lower + 0.8 * range.size();
        levelTexts_[i]->setPositionAlignment(Qt::AlignRight | (isHigh ? Qt::AlignTop : Qt::AlignBottom));
        levelTexts_[i]->setText(compact_ ? QString() : tr("%1 = %2").arg(levels_[i].label, figure(levels_[i].value)));
    }
}

void CurvePlot::addMark(const Mark& mark) {
    marks_.push_back(mark);
    markLines_.push_back(new QCPItemStraightLine(plot_));
    changed_ = true;
    applyTheme();
}

void CurvePlot::placeMarks() {
    const QCPRange range = plot_->yAxis->range();
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        markLines_[i]->point1->setCoords(marks_[i].x, range.lower);
        markLines_[i]->point2->setCoords(marks_[i].x, range.upper);
    }
    cursor_->setVisible(cursorX_.has_value());
    if (cursorX_) {
        cursor_->point1->setCoords(*cursorX_, range.lower);
        cursor_->point2->setCoords(*cursorX_, range.upper);
    }
}

void CurvePlot::clear() {
    for (const auto& series : series_) {
        series->store.clear();
    }
    for (QCPItemStraightLine* line : markLines_)
        plot_->removeItem(line);
    markLines_.clear();
    marks_.clear();
    changed_ = true;
}

void CurvePlot::setNotice(const QString& notice) {
    notice_->setText(notice);
    changed_ = true;
}

bool CurvePlot::showsNotice() const { return !notice_->isHidden(); }

void CurvePlot::showNotice() {
    const bool empty = std::all_of(series_.begin(), series_.end(), [](const auto& series) {
        return series->store.size() == 0 && series->other.size() == 0;
    });
    const bool shown = empty && !notice_->text().isEmpty();
    notice_->setVisible(shown);
    plot_->axisRect()->setVisible(!shown);
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis})
        axis->setVisible(!shown);
}

void CurvePlot::refresh() {
    if (!changed_)
        return;
    changed_ = false;
    if (follow_)
        rescale();
    sample();
    setScale(plot_->xAxis, logX_, compact_ ? 2 : 4);
    setScale(plot_->yAxis, logY_, compact_ ? 2 : 4);
    placeLevels();
    placeMarks();
    showNotice();
    updateHeader();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::rescale() {
    double left = std::numeric_limits<double>::max(), right = -left, low = left, high = -left;
    for (const auto& series : series_)
        for (const SeriesStore* store : {&series->store, &series->other}) {
            // A single spike must not flatten the curve.
            const auto bulk = store->bulk(logY_);
            if (!bulk)
                continue;
            left = std::min(left, store->x().front());
            right = std::max(right, store->x().back());
            low = std::min(low, bulk->first);
            high = std::max(high, bulk->second);
        }
    if (left > right) {
        plot_->xAxis->setRange(logX_ ? 1 : 0, 100);
        plot_->yAxis->setRange(logY_ ? 0.1 : 0, 1);
        return;
    }
    if (!logY_)
        for (const Level& level : levels_) {
            low = std::min(low, level.value);
            high = std::max(high, level.value);
        }
    if (logY_) {
        low = std::max(low, high * 1e-6);
        plot_->yAxis->setRange(low / 1.15, std::max(high, low * 1.01) * 1.15);
    } else {
        // Below a thousandth of the value the labels of the axis could not be told apart.
        const double least = 1e-3 * std::max(std::abs(low), std::abs(high));
        const double flat = std::max(1e-6, std::abs(high) * 0.05);
        const double margin = high > low ? std::max(0.08 * (high - low), least) : flat;
        plot_->yAxis->setRange(low - margin, high + margin);
    }
    if (logX_)
        plot_->xAxis->setRange(std::max(1.0, left), std::max(right, 2.0));
    else
        plot_->xAxis->setRange(left, std::max(right, left + 1));
}

CurvePlot::Readings CurvePlot::readings() const {
    QStringList rich, plain;
    for (const auto& series : series_) {
        const auto value = series->store.valueAt(cursorX_.value_or(std::numeric_limits<double>::infinity()));
        const QString line = series->curve.dashed ? QStringLiteral("╌") : QStringLiteral("━");
        const QString name = compact_ ? QString() : QLatin1Char(' ') + series->curve.label;
        plain << line + name + QLatin1Char(' ') + (value ? QString::number(*value, 'g', cursorX_ ? 4 : 3) : QString());
        const auto other = series->other.valueAt(cursorX_.value_or(std::numeric_limits<double>::infinity()));
        if (other && !compact_)
            plain.back() += QStringLiteral(" (○ %1)").arg(QString::number(*other, 'g', cursorX_ ? 4 : 3));
        // A line may break between two curves only.
        const QString whole = plain.back().toHtmlEscaped().replace(QLatin1Char(' '), QStringLiteral("&nbsp;"));
        rich << QStringLiteral("<span style='color:%1'>%2</span>")
                    .arg(themeColor(series->curve.role, palette()).name(), whole);
    }
    return {rich.join(compact_ ? QStringLiteral(" ") : QStringLiteral("&nbsp; ")), plain.join(QLatin1Char(' '))};
}

void CurvePlot::updateHeader() {
    const QString muted =
        QStringLiteral(" <span style='color:%1'>%2</span>").arg(themeColor(ColorRole::mutedText, palette()).name());
    const Readings values = readings();
    if (compact_) {
        // The values stay whole; the title gives way.
        const int left =
            header_->width() - header_->fontMetrics().horizontalAdvance(values.plain + QStringLiteral("  "));
        QFont bold = header_->font();
        bold.setBold(true);
        const QString title = QFontMetrics(bold).elidedText(title_, Qt::ElideRight, std::max(left, 24));
        header_->setText(QStringLiteral("<b>%1</b>&nbsp;%2").arg(title.toHtmlEscaped(), values.rich));
    } else {
        const QString unit = unit_.isEmpty() ? QString() : muted.arg(unit_.toHtmlEscaped());
        const QString step = cursorX_ ? muted.arg(tr("·&nbsp;step&nbsp;%1").arg(std::lround(*cursorX_))) : QString();
        header_->setText(QStringLiteral("<b>%1</b>%2<br><span style='font-size:9pt'>%3</span>")
                             .arg(title_.toHtmlEscaped(), unit + step, values.rich));
    }
    QStringList names{title_};
    for (const auto& series : series_)
        names << series->curve.label;
    header_->setToolTip(names.join(QStringLiteral(", ")));
}

void CurvePlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    updateHeader();
}

void CurvePlot::setSmoothing(double smoothing) {
    smoothing_ = std::clamp(smoothing, 0.0, 0.999);
    for (const auto& series : series_)
        for (SeriesStore* store : {&series->store, &series->other})
            changed_ = store->setSmoothing(smoothing_) || changed_;
    refresh();
}

void CurvePlot::setLogarithmic(bool x, bool y) {
    logX_ = x;
    logY_ = y;
    setScale(plot_->xAxis, x, compact_ ? 2 : 4);
    setScale(plot_->yAxis, y, compact_ ? 2 : 4);
    changed_ = true;
    refresh();
}

void CurvePlot::setFollow(bool follow) {
    follow_ = follow;
    changed_ = true;
    refresh();
}

void CurvePlot::showCursor(std::optional<double> x) {
    if (x == cursorX_)
        return;
    cursorX_ = x;
    placeMarks();
    updateHeader();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::applyTheme() {
    const auto color = [this](ColorRole role) { return themeColor(role, palette()); };
    plot_->setBackground(color(ColorRole::panel));
    QFont small = font();
    small.setPointSizeF(9);
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->setBasePen(QPen(color(ColorRole::line), 1));
        axis->setTickPen(QPen(color(ColorRole::line), 1));
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(color(ColorRole::mutedText));
        axis->setLabelColor(color(ColorRole::mutedText));
        axis->setTickLabelFont(small);
        axis->setLabelFont(small);
        axis->setTickLabelPadding(3);
        axis->setLabelPadding(2);
        axis->grid()->setPen(QPen(color(ColorRole::line), 0.5));
        axis->grid()->setZeroLinePen(Qt::NoPen);
        axis->setTickLengthIn(0);
    }
    if (compact_)
        header_->setFont(small);
    plot_->xAxis->setTickLabels(!compact_); // small multiples share the steps of the large plots
    plot_->xAxis->setLabel(compact_ ? QString() : tr("step"));
    for (const auto& series : series_) {
        QColor full = color(series->curve.role);
        QPen pen(full, 1.5, series->curve.dashed ? Qt::DashLine : Qt::SolidLine);
        series->smooth->setPen(pen);
        full.setAlphaF(0.25F);
        series->raw->setPen(QPen(full, 1));
        colorOther(*series);
    }
    for (QCPItemStraightLine* line : levelLines_)
        line->setPen(QPen(color(ColorRole::mutedText), 1, Qt::DotLine));
    for (QCPItemText* text : levelTexts_) {
        text->setColor(color(ColorRole::mutedText));
        text->setFont(small);
    }
    for (QCPItemStraightLine* line : markLines_)
        line->setPen(QPen(color(ColorRole::accent), 1, Qt::DashDotLine));
    cursor_->setPen(QPen(color(ColorRole::mutedText), 1));
    updateHeader();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        applyTheme();
}

bool CurvePlot::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Leave)
        emit left();
    if (event->type() == QEvent::Resize)
        sample();
    if (event->type() == QEvent::ToolTip) {
        const double x = plot_->xAxis->pixelToCoord(static_cast<QHelpEvent*>(event)->pos().x());
        const double reach = std::abs(plot_->xAxis->pixelToCoord(6) - plot_->xAxis->pixelToCoord(0));
        QStringList near;
        for (const Mark& mark : marks_)
            if (std::abs(mark.x - x) <= reach)
                near << mark.text;
        plot_->setToolTip(near.join(QLatin1Char('\n')));
    }
    return QWidget::eventFilter(watched, event);
}

QString CurvePlot::csv() const {
    std::map<double, std::vector<QString>> rows;
    QString text = QStringLiteral("step");
    for (std::size_t i = 0; i < series_.size(); ++i) {
        text += QLatin1Char(',') + series_[i]->curve.id;
        const SeriesStore& store = series_[i]->store;
        for (std::size_t j = 0; j < store.size(); ++j) {
            auto& row = rows[store.x()[j]];
            row.resize(series_.size());
            row[i] = QString::number(store.y()[j], 'g', QLocale::FloatingPointShortest);
        }
    }
    text += QLatin1Char('\n');
    for (const auto& [x, row] : rows) {
        text += QString::number(static_cast<qlonglong>(x));
        for (const QString& value : row)
            text += QLatin1Char(',') + value;
        text += QLatin1Char('\n');
    }
    return text;
}

std::optional<QString> CurvePlot::exportTo(const QString& path) {
    const QString failure = tr("'%1' could not be written; choose another place.").arg(path);
    if (path.endsWith(QStringLiteral(".csv"), Qt::CaseInsensitive)) {
        QFile file(path);
        const QByteArray bytes = csv().toUtf8();
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? std::nullopt
                                                                                    : std::optional(failure);
    }
    if (path.endsWith(QStringLiteral(".svg"), Qt::CaseInsensitive)) {
        QSvgGenerator generator;
        generator.setFileName(path);
        generator.setSize(plot_->size());
        generator.setViewBox(plot_->rect());
        generator.setTitle(title_);
        QFile probe(path);
        if (!probe.open(QIODevice::WriteOnly))
            return failure;
        probe.close();
        QCPPainter painter;
        if (!painter.begin(&generator))
            return failure;
        painter.setMode(QCPPainter::pmVectorized);
        plot_->toPainter(&painter, plot_->width(), plot_->height());
        painter.end();
        return std::nullopt;
    }
    return plot_->savePng(path, plot_->width(), plot_->height(), 2) ? std::nullopt : std::optional(failure);
}

} // namespace dinoscope
