"""Gradebook: people, submissions, grades and what staff said later -> a database that keeps every one of them, and the standing of each."""
