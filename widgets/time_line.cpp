// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/time_line.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace dinoscope {
namespace {

constexpr double kMargin = 20, kGap = 16, kRadius = 5;

QString plainNumber(double value) { return QLocale(QLocale::English).toString(std::llround(value)); }

QPolygonF star(const QPointF& center, double radius) {
    QPolygonF points;
    for (int i = 0; i < 10; ++i) {
        const double angle = M_PI * (i / 5.0 - 0.5), reach = i % 2 == 0 ? radius : radius * 0.45;
        points << center + QPointF(reach * std::cos(angle), reach * std::sin(angle));
    }
    return points;
}

QPolygonF diamond(const QPointF& center, double radius) {
    return QPolygonF({center + QPointF(0, -radius), center + QPointF(radius, 0), center + QPointF(0, radius),
                      center + QPointF(-radius, 0)});
}

void drawCross(QPainter& painter, const QPointF& center, double radius) {
    painter.drawLine(center + QPointF(-radius, -radius), center + QPointF(radius, radius));
    painter.drawLine(center + QPointF(-radius, radius), center + QPointF(radius, -radius));
}

} // namespace

TimeLine::TimeLine(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Time line of the checkpoints"));
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    describe();
}

QSize TimeLine::sizeHint() const { return {360, 2 * fontMetrics().height() + 46}; }

QSize TimeLine::minimumSizeHint() const { return {120, sizeHint().height()}; }

double TimeLine::baseLine() const { return height() - fontMetrics().height() - 16; }

void TimeLine::setStops(std::vector<Stop> stops, double present) {
    const std::optional<double> former =
        current_ == kPresent ? std::nullopt : std::optional(stops_[static_cast<std::size_t>(current_)].at);
    stops_ = std::move(stops);
    present_ = std::max(present, stops_.empty() ? present : stops_.back().at);
    const auto found = std::find_if(stops_.begin(), stops_.end(), [&](const Stop& s) { return former == s.at; });
    current_ = found == stops_.end() ? kPresent : static_cast<int>(found - stops_.begin());
    describe();
    update();
}

void TimeLine::choose(int stop) {
    current_ = stop >= 0 && stop < static_cast<int>(stops_.size()) ? stop : kPresent;
    describe();
    update();
}

void TimeLine::describe() {
    setAccessibleDescription(current_ == kPresent ? tr("The present")
                                                  : stops_[static_cast<std::size_t>(current_)].words);
}

void TimeLine::choosePlace(int place) {
    const int last = static_cast<int>(stops_.size());
    const int stop = std::clamp(place, 0, last) == last ? kPresent : std::clamp(place, 0, last);
    if (stop == current_)
        return;
    choose(stop);
    emit chosen(stop);
}

std::vector<double> TimeLine::places() const {
    const double width = std::max(1.0, this->width() - 2 * kMargin);
    const double gap = std::min(kGap, width / std::max<double>(1, static_cast<double>(stops_.size())));
    std::vector<double> x;
    for (const Stop& stop : stops_)
        x.push_back(kMargin + (present_ > 0 ? width * stop.at / present_ : 0));
    x.push_back(kMargin + width);
    for (std::size_t i = x.size() - 1; i-- > 0;)
        x[i] = std::min(x[i], x[i + 1] - gap);
    x[0] = std::max(x[0], kMargin);
    for (std::size_t i = 1; i < x.size(); ++i)
        x[i] = std::max(x[i], x[i - 1] + gap);
    return x;
}

double TimeLine::positionOf(int stop) const { return places()[static_cast<std::size_t>(placeOf(stop))]; }

int TimeLine::placeAt(double x) const {
    const std::vector<double> all = places();
    const auto nearest =
        std::min_element(all.begin(), all.end(), [x](double a, double b) { return std::abs(a - x) < std::abs(b - x); });
    return static_cast<int>(nearest - all.begin());
}

void TimeLine::mousePressEvent(QMouseEvent* event) {
    setFocus(Qt::MouseFocusReason);
    choosePlace(placeAt(event->position().x()));
}

void TimeLine::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton)
        choosePlace(placeAt(event->position().x()));
}

void TimeLine::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left: return choosePlace(placeOf(current_) - 1);
    case Qt::Key_Right: return choosePlace(placeOf(current_) + 1);
    case Qt::Key_Home: return choosePlace(0);
    case Qt::Key_End: return choosePlace(static_cast<int>(stops_.size()));
    default: QWidget::keyPressEvent(event);
    }
}

bool TimeLine::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int place = placeAt(help->pos().x());
        const bool isPresent = place == static_cast<int>(stops_.size());
        QToolTip::showText(help->globalPos(),
                           isPresent ? tr("The present: step %1").arg(plainNumber(present_))
                                     : stops_[static_cast<std::size_t>(place)].words,
                           this);
        return true;
    }
    return QWidget::event(event);
}

void TimeLine::drawStop(QPainter& painter, const Stop& stop, const QPointF& at, bool isChosen) const {
    const QColor color = themeColor(stop.damaged ? ColorRole::bad
                                    : isChosen   ? ColorRole::accent
                                                 : ColorRole::text,
                                    palette());
    if (isChosen) {
        painter.setPen(QPen(themeColor(ColorRole::accent, palette()), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(at, kRadius + 4, kRadius + 4);
    }
    painter.setPen(QPen(color, stop.damaged ? 2.5 : 1));
    painter.setBrush(color);
    if (stop.damaged)
        drawCross(painter, at, kRadius);
    else if (stop.kept)
        painter.drawPolygon(diamond(at, kRadius + 1.5));
    else
        painter.drawEllipse(at, kRadius, kRadius);
    if (stop.best) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(themeColor(ColorRole::good, palette()));
        painter.drawPolygon(star(at + QPointF(0, -kRadius - 11), 6));
    }
}

void TimeLine::drawPresent(QPainter& painter, const QPointF& at) const {
    const bool isChosen = current_ == kPresent;
    painter.setPen(QPen(themeColor(isChosen ? ColorRole::accent : ColorRole::mutedText, palette()), 2));
    painter.drawLine(at + QPointF(0, -10), at + QPointF(0, 10));
    if (isChosen)
        painter.drawPolyline(
            QPolygonF({at + QPointF(-4, -14), at + QPointF(0, -10), at + QPointF(4, -14), at + QPointF(-4, -14)}));
}

void TimeLine::drawNumbers(QPainter& painter, const std::vector<double>& places) const {
    // The chosen one first, then the ends, then what has room.
    std::vector<int> order;
    if (current_ != kPresent)
        order.push_back(current_);
    order.push_back(static_cast<int>(stops_.size()));
    for (int i = 0; i < static_cast<int>(stops_.size()); ++i)
        order.push_back(i);
    std::vector<std::pair<double, double>> taken;
    for (const int place : order) {
        const bool isPresent = place == static_cast<int>(stops_.size());
        const QString text = isPresent ? tr("now, %1").arg(plainNumber(present_))
                                       : plainNumber(stops_[static_cast<std::size_t>(place)].at);
        const double wide = fontMetrics().horizontalAdvance(text);
        const double left =
            std::clamp(places[static_cast<std::size_t>(place)] - wide / 2, 2.0, std::max(2.0, width() - wide - 2));
        const bool isFree = std::none_of(taken.begin(), taken.end(), [&](const auto& other) {
            return left < other.second + 8 && other.first < left + wide + 8;
        });
        if (!isFree)
            continue;
        taken.emplace_back(left, left + wide);
        const bool isChosen = place == placeOf(current_);
        painter.setPen(themeColor(isChosen ? ColorRole::text : ColorRole::mutedText, palette()));
        painter.drawText(QPointF(left, height() - fontMetrics().descent() - 1), text);
    }
}

void TimeLine::drawLegend(QPainter& painter) const {
    const auto any = [this](bool Stop::*what) {
        return std::any_of(stops_.begin(), stops_.end(), [what](const Stop& stop) { return stop.*what; });
    };
    double left = 4;
    const double middle = fontMetrics().height() / 2.0 + 1;
    const auto entry = [&](const QString& words, const Stop& sample) {
        if (left + 18 + fontMetrics().horizontalAdvance(words) > width())
            return;
        if (sample.best) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(themeColor(ColorRole::good, palette()));
            painter.drawPolygon(star({left + 6, middle}, 6));
        } else {
            drawStop(painter, sample, {left + 6, middle}, false);
        }
        painter.setPen(themeColor(ColorRole::mutedText, palette()));
        painter.drawText(QPointF(left + 17, fontMetrics().ascent() + 1), words);
        left += 17 + fontMetrics().horizontalAdvance(words) + 16;
    };
    entry(tr("saved"), {});
    if (any(&Stop::kept))
        entry(tr("kept by hand"), {0, true, false, false, {}});
    if (any(&Stop::best))
        entry(tr("best accuracy"), {0, false, true, false, {}});
    if (any(&Stop::damaged))
        entry(tr("damaged"), {0, false, false, true, {}});
}

void TimeLine::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const std::vector<double> all = places();
    const double y = baseLine();
    if (hasFocus()) {
        painter.setPen(QPen(themeColor(ColorRole::accent, palette()), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    }
    painter.setPen(QPen(themeColor(ColorRole::mutedText, palette()), 2));
    painter.drawLine(QPointF(kMargin / 2, y), QPointF(all.back(), y));
    for (std::size_t i = 0; i < stops_.size(); ++i)
        drawStop(painter, stops_[i], {all[i], y}, static_cast<int>(i) == current_);
    drawPresent(painter, {all.back(), y});
    drawNumbers(painter, all);
    drawLegend(painter);
}

} // namespace dinoscope
