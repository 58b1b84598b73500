"""Rows whose meaning a table of operands can't show: the test functions that prove them."""

from __future__ import annotations

# row of the opcode table -> module and functions in this folder
ELSEWHERE: dict[str, tuple[str, tuple[str, ...]]] = {
    "activemask": ("test_warp", ("test_activemask",)),
    "shfl": ("test_warp", ("test_shfl", "test_shfl_among_the_lanes_of_one_branch")),
    "vote": ("test_warp", ("test_vote", "test_vote_of_before_sm_70", "test_vote_in_a_branch_counts_only_its_lanes")),
    "match": ("test_warp", ("test_match",)),
    "redux": ("test_warp", ("test_redux",)),
    "bra": ("test_control", ("test_nested_ifs", "test_loops_with_a_different_trip_count_in_every_lane")),
    "brx.idx": ("test_control", ("test_brx_idx", "test_a_guarded_brx_idx")),
    "ret": ("test_control", ("test_lanes_that_leave_inside_of_a_loop",)),
    "exit": ("test_control", ("test_lanes_that_leave_inside_of_a_loop", "test_exit_within_called_functions")),
    "call": ("test_control", ("test_call_of_a_function", "test_a_guarded_call")),
    "trap": ("test_control", ("test_trap",)),
    "brkpt": ("test_control", ("test_instructions_without_a_visible_effect",)),
    "nanosleep": ("test_control", ("test_instructions_without_a_visible_effect",)),
    "membar": ("test_control", ("test_instructions_without_a_visible_effect",)),
    "fence": ("test_control", ("test_instructions_without_a_visible_effect",)),
    "elect": ("test_warp", ("test_elect",)),
    **dict.fromkeys(
        ("discard", "applypriority", "griddepcontrol", "pmevent", "setmaxnreg", "createpolicy"),
        ("test_control", ("test_what_only_a_cache_would_notice",)),
    ),
    **{
        f"cp.async.{row}": ("test_async_copy", ("test_every_form_copies", "test_groups_arrive_in_turn", "test_bytes_arrive_at_the_wait"))
        for row in ("ca", "cg", "commit_group", "wait_group", "wait_all")
    },
    **{
        f"mbarrier.{row}": ("test_mbarrier", (function,))
        for row, function in (
            ("init", "test_a_phase_orders_what_came_before"),
            ("inval", "test_it_can_be_used_anew_after_inval"),
            ("arrive", "test_a_phase_orders_what_came_before"),
            ("arrive_drop", "test_dropped_threads_are_waited_for_no_longer"),
            ("test_wait", "test_parity"),
            ("try_wait", "test_a_phase_orders_what_came_before"),
            ("pending_count", "test_counts_and_tokens"),
        )
    },
    "cp.async.mbarrier": ("test_mbarrier", ("test_copies_arrive_on_it",)),
    "prefetch": ("test_control", ("test_prefetch",)),
    "prefetchu": ("test_control", ("test_prefetch",)),
    "bar": ("test_barriers", ("test_barrier_orders_shared_memory", "test_bar_red")),
    "barrier": ("test_barriers", ("test_barrier_orders_shared_memory", "test_bar_red")),
}
