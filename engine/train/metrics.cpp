// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/metrics.h"

namespace dinoscope {

const std::vector<MetricSpec>& metricList() {
    using enum NetworkRole;
    static const std::vector<MetricSpec> list{
        {"loss", "Loss", "Loss", "nats",
         "Mean cross-entropy of student against teacher over all pairs of views. It is the sum of the two curves below "
         "it.",
         none, false},
        {"teacher_entropy", "Teacher entropy", "Loss", "nats",
         "How undecided the teacher is. Near 0 one prototype wins everywhere, near ln K all are equal: both are "
         "collapse.",
         teacher, false},
        {"kl", "KL divergence", "Loss", "nats",
         "What the student does not know of the teacher: loss minus teacher entropy.", none, false},
        {"knn_student", "Student k-NN", "k-NN accuracy", "%",
         "Weighted k-nearest-neighbour accuracy of the student's features. Labels are used for this measure alone.",
         student, false, true},
        {"knn_teacher", "Teacher k-NN", "k-NN accuracy", "%",
         "Weighted k-nearest-neighbour accuracy of the teacher's features. Labels are used for this measure alone.",
         teacher, false, true},
        {"linear_student", "Student linear probe", "Linear probe", "%",
         "Accuracy of a linear classifier that learns from the student's features beside the training. Nothing flows "
         "back into the network.",
         student, false, true},
        {"linear_teacher", "Teacher linear probe", "Linear probe", "%",
         "Accuracy of a linear classifier that learns from the teacher's features beside the training. Nothing flows "
         "back into the network.",
         teacher, false, true},
        {"lr", "Learning rate", "Schedules", "", "Learning rate of the step, after warm-up and cosine.", none, true},
        {"weight_decay", "Weight decay", "Schedules", "", "Weight decay of the step.", none, false},
        {"momentum", "EMA momentum", "Schedules", "", "Share of itself that the teacher kept in the step.", none,
         false},
        {"student_temperature", "Student temperature", "Schedules", "", "Temperature of the student's softmax.",
         student, false},
        {"teacher_temperature", "Teacher temperature", "Schedules", "", "Temperature of the teacher's softmax.",
         teacher, false},
        {"images_per_s", "Pictures per second", "Rates", "1/s", "Source pictures trained on in a second, smoothed.",
         none, false},
        {"wait_share", "Waiting for data", "Rates", "", "Share of the step spent waiting for the loader.", none, false},
        {"grad_norm", "Gradient norm", "Health", "", "L2 norm over all trained tensors, before clipping.", student,
         true},
        {"center_norm", "Centre norm", "Health", "", "L2 norm of the centre after its update.", teacher, false},
        {"feature_spread_student", "Student feature spread", "Health", "",
         "Standard deviation of the normalised features over the batch, times the root of their length: 1 is the most, "
         "0 is "
         "collapse.",
         student, false},
        {"feature_spread_teacher", "Teacher feature spread", "Health", "",
         "Standard deviation of the normalised features over the batch, times the root of their length: 1 is the most, "
         "0 is "
         "collapse.",
         teacher, false},
        {"winning_prototypes_student", "Student winning prototypes", "Health", "",
         "Prototypes that are the largest output for at least one global view of the batch.", student, true},
        {"winning_prototypes_teacher", "Teacher winning prototypes", "Health", "",
         "Prototypes that are the largest centred output for at least one view of the batch.", teacher, true},
    };
    return list;
}

} // namespace dinoscope
