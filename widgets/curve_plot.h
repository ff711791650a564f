// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

class QCustomPlot;
class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;
class QLabel;

namespace dinoscope {

/// Curves over the step in one plot: raw points faint behind the smoothed curve, reference levels, marks of changes, a
/// cursor that several plots share. Every point is kept; drawing costs by the pixel. GUI thread.
class CurvePlot : public QWidget {
    Q_OBJECT

public:
    struct Curve {
        QString id, label;
        ColorRole role = ColorRole::text;
        bool dashed = false;
    };
    struct Level {
        QString label;
        double value = 0;
    };
    struct Mark {
        double x = 0;
        QString text;
    };

    CurvePlot(const QString& title, const QString& unit, QWidget* parent = nullptr);
    ~CurvePlot() override;

    /// Plots with a title and one line of numbers only, for small multiples.
    void setCompact(bool compact);
    std::size_t addCurve(const Curve& curve);
    const QString& title() const { return title_; }

    /// Points of one curve come in growing x, or late; a non-finite value is skipped. Drawn with the next refresh().
    void append(std::size_t curve, double x, double y);
    std::size_t pointCount(std::size_t curve) const;
    /// The same curve of another run: drawn smoothed, of another lightness, with rings along it. In growing x.
    void setOther(std::size_t curve, const std::vector<double>& x, const std::vector<double>& y);
    void clearOther();
    std::size_t otherPointCount(std::size_t curve) const;
    void setLevels(const std::vector<Level>& levels);
    /// Stands in the place of axes as long as there is no point; empty: the axes do.
    void setNotice(const QString& notice);
    bool showsNotice() const;
    void addMark(const Mark& mark);
    const std::vector<Mark>& marks() const { return marks_; }
    void clear();
    /// Draws what has come since, if anything has.
    void refresh();

    /// 0: as it is; towards 1: an exponential average over ever more points.
    void setSmoothing(double smoothing);
    void setLogarithmic(bool x, bool y);
    bool isLogarithmicY() const { return logY_; }
    /// Axes follow the data; off while a person has zoomed.
    void setFollow(bool follow);

    void showCursor(std::optional<double> x);

    /// PNG at twice the size, SVG, or CSV with a column a curve, by the ending. @returns a sentence if it failed.
    std::optional<QString> exportTo(const QString& path);
    /// "step,loss,kl\n..." with every point.
    QString csv() const;

signals:
    void hovered(double x);
    void left();
    /// A person dragged or turned the wheel; the owner switches following off, for all plots that go together.
    void zoomed();
    /// A person clicked twice, to see everything again; the owner switches following on.
    void resetAsked();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Series;
    void applyTheme();
    void rescale();
    /// Gives the plot as many points of the visible part as it has pixels for.
    void sample();
    void sampleOther(Series& series, int columns);
    void colorOther(Series& series);
    void updateHeader();
    /// The newest values, or those under the cursor.
    struct Readings {
        QString rich, plain;
    };
    Readings readings() const;
    void placeLevels();
    void placeMarks();
    void showNotice();

    QString title_, unit_;
    QLabel *header_, *notice_;
    QCustomPlot* plot_;
    std::vector<std::unique_ptr<Series>> series_;
    std::vector<Level> levels_;
    std::vector<QCPItemStraightLine*> levelLines_;
    std::vector<QCPItemText*> levelTexts_;
    std::vector<Mark> marks_;
    std::vector<QCPItemStraightLine*> markLines_;
    QCPItemStraightLine* cursor_ = nullptr;
    std::optional<double> cursorX_;
    double smoothing_ = 0.8;
    bool follow_ = true, logX_ = false, logY_ = false, changed_ = false, compact_ = false;
};

} // namespace dinoscope
