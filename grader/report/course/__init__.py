"""The course report: Standings of a course → an index, a page an assignment and a page a student, for staff, students or anybody."""

from grader.report.course.about import CourseAbout, about
from grader.report.course.people import Audience, key_of
from grader.report.course.render import Rendered, render_course

__all__ = ["Audience", "CourseAbout", "Rendered", "about", "key_of", "render_course"]
