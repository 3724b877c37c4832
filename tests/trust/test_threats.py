"""Every row of the threat table has a test of what is required, and a control in which the unprotected way fails it.

Rows are those of the reliability notes, section 3. A test is named as `file::name`; that it exists, and is collected
under this name, is checked here. What a row does not need yet is named with the test that notices when it does.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]


class Row(NamedTuple):
    """One threat: the tests of the required behaviour, and the controls."""

    tests: tuple[str, ...]
    controls: tuple[str, ...]


GATE = "tests/trust/test_gate.py"
LABELS = "tests/trust/test_labels.py"
ASKING = "tests/engine/test_approving.py"
TEXTS = "tests/trust/test_texts.py"
CANARY = "tests/trust/test_canary.py"
OPENING = "tests/gui/test_opening_runs_nothing.py"
WEB = "tests/tools/test_web.py"
ADDRESSES = "tests/tools/test_addresses.py"
NAMES = "tests/tools/workspace/test_names.py"
SPACE = "tests/tools/workspace/test_workspace.py"

THREATS: Final[dict[str, Row]] = {
    "Graph runs code on open": Row(
        (
            f"{OPENING}::test_opening_hovering_completing_and_idling_run_nothing",
            "tests/plugins/test_own_types.py::test_a_file_is_read_and_listed_without_being_run",
            "tests/tools/test_servers.py::test_nothing_starts_before_it_is_asked_and_all_firings_share_one_process",
            "tests/nodes/text/test_jinja.py::test_reading_a_template_computes_nothing_of_it",
        ),
        (
            f"{OPENING}::test_control_what_is_watched_for_would_be_seen",
            f"{OPENING}::test_control_importing_the_folder_of_own_nodes_would_leave_the_canary",
        ),
    ),
    "Malicious shared graph": Row(
        (
            f"{GATE}::test_a_graph_from_a_file_is_refused_with_all_that_would_run",
            f"{GATE}::test_one_changed_byte_of_code_is_asked_again",
            f"{GATE}::test_a_file_that_claims_its_own_trust_is_asked_all_the_same",
            f"{GATE}::test_other_layout_and_titles_are_not_asked_again",
            f"{GATE}::test_resuming_a_strangers_trace_is_asked",
            f"{GATE}::test_a_copy_of_a_bundled_graph_may_run_and_one_with_another_constant_may_not",
            "tests/trust/test_survey.py::test_one_changed_sign_of_code_changes_the_hash",
            "tests/trust/test_survey.py::test_a_host_with_line_breaks_cannot_forge_a_line_of_the_list",
            "tests/cli/test_approve.py::test_without_a_terminal_and_without_the_flag_it_is_refused",
            "tests/cli/test_approve.py::test_a_terminal_asks_and_takes_nothing_but_yes_for_yes",
            "tests/gui/trust/test_trust.py::test_running_asks_first_and_refusing_runs_nothing",
            "tests/gui/trust/test_trust.py::test_keys_pressed_in_haste_refuse",
            "tests/gui/trust/test_trust.py::test_what_another_program_wrote_is_asked_again",
        ),
        (
            f"{GATE}::test_control_without_the_check_the_same_file_would_run",
            "tests/gui/trust/test_trust.py::test_control_ones_own_edits_of_a_graph_that_was_not_approved_are",
        ),
    ),
    "Key sent to attacker's endpoint": Row(
        (
            "tests/models/test_keys_and_servers.py::test_a_model_name_that_holds_an_address_gets_no_key",
            "tests/models/test_keys_and_servers.py::test_no_node_that_asks_a_model_takes_an_address_or_a_key",
            "tests/trust/test_endpoints.py::test_an_address_in_a_graph_is_asked_nothing",
            "tests/tools/test_secrets.py::test_no_other_origin_gets_it",
            f"{WEB}::test_credentials_do_not_go_along_to_another_origin",
            "tests/nodes/http/test_canary.py::test_a_server_that_the_key_is_not_bound_to_sees_none",
        ),
        (
            "tests/models/test_keys_and_servers.py::test_the_library_itself_would_send_it_there",
            "tests/trust/test_endpoints.py::test_control_the_persons_own_endpoint_gets_the_key",
        ),
    ),
    "Key in log/trace/export": Row(
        (
            "tests/models/test_keys_stay_home.py::test_no_file_and_no_text_of_a_run_holds_the_key",
            f"{CANARY}::test_a_key_in_a_prompt_is_in_nothing_that_the_run_leaves_behind",
            f"{CANARY}::test_a_crash_of_ours_writes_no_key_into_its_report",
            f"{CANARY}::test_an_error_that_quotes_a_key_is_told_without_it",
            "tests/gui/trust/test_canary.py::test_a_key_typed_in_the_settings_is_neither_copied_nor_undone_nor_written",
            "tests/gui/trust/test_canary.py::test_a_key_that_a_run_was_told_is_not_in_what_the_window_keeps_of_it",
            "tests/nodes/http/test_canary.py::test_the_key_is_in_no_file_no_log_and_no_output",
            "tests/tools/test_servers.py::test_the_environment_holds_what_is_named_and_no_keys",
        ),
        (
            f"{CANARY}::test_control_a_text_that_is_no_known_key_is_found_there",
            f"{CANARY}::test_control_without_the_scrubber_the_report_would_hold_it",
            "tests/engine/test_secrets.py::test_without_the_variable_the_same_text_would_be_kept",
            "tests/nodes/http/test_canary.py::test_without_the_scrubber_it_is_found",
        ),
    ),
    "Pickle / object revival": Row(
        (
            f"{TEXTS}::test_what_other_programs_would_revive_comes_back_as_data",
            "tests/architecture/test_house_rules.py::test_nobody_calls_what_is_forbidden",
        ),
        (
            f"{TEXTS}::test_control_pickle_would_call_what_the_bytes_say",
            "tests/architecture/test_house_rules.py::test_the_search_for_forbidden_calls_would_find_them",
        ),
    ),
    "Template injection": Row(
        (
            "tests/support/test_templates.py::test_only_names_in_single_braces_are_replaced",
            "tests/support/test_templates.py::test_values_are_never_read_as_templates",
            f"{TEXTS}::test_templates_of_strangers_reach_nothing_behind_a_value",
            "tests/nodes/text/test_jinja.py::test_templates_do_not_reach_into_python",
            "tests/nodes/text/test_jinja.py::test_templates_that_take_too_much_or_change_their_inputs_fail",
            "tests/support/test_hostile_expressions.py::test_hostile_expressions_end_soon_and_reach_nothing",
        ),
        (
            f"{TEXTS}::test_control_format_would_reach_it",
            "tests/nodes/text/test_jinja.py::test_control_outside_of_jinjas_sandbox_they_do",
            "tests/support/test_hostile_expressions.py::test_control_what_plain_simpleeval_makes_of_them",
        ),
    ),
    "YAML / JSON bomb": Row(
        ("tests/graph/test_reading.py::test_a_hostile_file_is_refused_quickly",),
        (f"{TEXTS}::test_control_an_ordinary_yaml_reader_expands_a_bomb",),
    ),
    "Archive bomb": Row(
        (f"{TEXTS}::test_nothing_of_strangers_is_unpacked_from_an_archive",),
        (),  # there are no bundles; the test above fails as soon as there are
    ),
    "Path traversal": Row(
        (
            f"{NAMES}::test_a_name_that_leads_elsewhere_on_some_system_is_refused",
            f"{NAMES}::test_whatever_the_name_it_stays_inside_or_is_refused",
            f"{SPACE}::test_a_link_swapped_in_after_the_check_is_not_read_through",
            f"{SPACE}::test_a_link_swapped_in_is_not_written_through",
            "tests/support/test_paths.py::test_names_that_lead_outside_give_nothing",
        ),
        (
            f"{NAMES}::test_joined_without_the_check_the_same_names_lead_outside",
            f"{SPACE}::test_the_checked_path_opened_plainly_is_read_through",
        ),
    ),
    "SSRF": Row(
        (
            f"{ADDRESSES}::test_a_host_that_is_a_number_in_disguise_is_refused",
            f"{ADDRESSES}::test_an_address_that_is_not_public_is_refused",
            f"{ADDRESSES}::test_no_carrier_brings_a_refused_address_in",
            f"{WEB}::test_a_redirect_to_this_machine_is_refused",
            f"{WEB}::test_a_name_that_changes_between_check_and_connection_gains_nothing",
        ),
        (
            f"{ADDRESSES}::test_an_unwary_client_is_led_to_this_machine_by_those_hosts",
            f"{WEB}::test_an_unchecked_client_does_reach_it",
            f"{WEB}::test_a_client_that_checks_and_then_connects_by_name_is_led_here",
        ),
    ),
    "Rich text loads files": Row(
        (
            "tests/gui/trust/test_red_image.py::test_no_pixel_of_a_named_picture_is_shown",
            "tests/gui/test_hostile.py::test_nothing_of_a_file_is_shown_as_markup",
            f"{TEXTS}::test_markup_is_shown_where_it_is_escaped_or_our_own_and_nowhere_else",
        ),
        (
            "tests/gui/trust/test_red_image.py::test_control_widgets_that_are_not_told_better_do_show_it",
            "tests/gui/test_hostile.py::test_loose_markup_would_be_found",
            f"{TEXTS}::test_control_the_search_for_markup_would_find_it",
        ),
    ),
    "Prompt injection": Row(
        (
            f"{LABELS}::test_of_eight_combinations_the_one_with_all_three_is_told",
            f"{LABELS}::test_an_agent_with_tools_meets_the_three_by_itself",
            f"{ASKING}::test_of_eight_combinations_the_one_with_all_three_asks",
            f"{ASKING}::test_changed_arguments_are_asked_again_and_a_no_stops_those_only",
            f"{ASKING}::test_an_approval_that_another_profile_gave_does_not_count",
            f"{ASKING}::test_where_nobody_is_there_the_run_pauses_and_is_gone_on_with",
            "tests/tools/test_servers.py::test_the_hash_of_a_tool_is_over_all_that_is_relied_on",
        ),
        (
            f"{ASKING}::test_control_without_the_flag_it_is_sent_unasked",
            f"{ASKING}::test_control_unchanged_arguments_are_not",
            f"{ASKING}::test_control_in_the_same_profile_the_approval_counts",
        ),
    ),
    "CSV / terminal escapes": Row(
        (
            f"{TEXTS}::test_no_cell_of_a_table_begins_like_a_formula",
            f"{TEXTS}::test_what_drives_a_terminal_is_left_out",
            "tests/trust/test_survey.py::test_what_cannot_be_seen_is_written_out",
            "tests/cli/test_approve.py::test_text_of_a_stranger_cannot_drive_the_terminal",
        ),
        (f"{TEXTS}::test_control_the_same_texts_written_plainly_do_drive_it",),
    ),
    "Exported script": Row(
        (
            f"{TEXTS}::test_a_node_whose_name_is_code_is_refused",
            "tests/export/script/test_quality.py::test_no_text_of_a_graph_becomes_code",
            "tests/export/standalone/test_hostile_names.py::test_a_text_stays_a_text_wherever_it_stands",
            "tests/export/standalone/test_hostile_names.py::test_a_node_whose_name_is_code_makes_no_script",
            "tests/export/standalone/test_with_litellm_only.py"
            "::test_it_asks_a_server_by_litellm_and_its_run_opens_in_the_studio",
            "tests/importers/script/test_hostile_scripts.py::test_opening_a_script_executes_nothing_of_it",
        ),
        (
            "tests/export/script/test_quality.py::test_a_naive_writer_would_be_caught",
            "tests/export/standalone/test_hostile_names.py::test_control_a_writer_that_pastes_texts_is_caught",
        ),
    ),
    "Supply chain": Row(
        (
            "tests/test_readme.py::test_locks_pin_by_hash_and_name_no_registry",
            "tests/trust/test_supply.py::test_no_unknown_file_runs_at_every_start_of_python",
        ),
        ("tests/trust/test_supply.py::test_control_one_more_would_be_found",),
    ),
    "Plugins": Row(
        (
            "tests/plugins/test_installed.py::test_what_is_installed_is_listed_without_importing_it",
            "tests/plugins/test_installed.py::test_an_enabled_plugin_has_its_types_and_the_others_are_not_touched",
            "tests/plugins/test_installed.py::test_a_plugin_that_fails_is_named_and_hides_no_other",
            "tests/plugins/test_installed.py::test_a_plugin_that_hangs_while_it_is_imported_is_left_behind",
            "tests/plugins/test_installed.py::test_a_plugin_that_ends_the_program_only_ends_itself",
        ),
        ("tests/trust/test_supply.py::test_control_a_plugin_that_is_loaded_plainly_takes_its_user_along",),
    ),
}
"""The table."""

NOT_YET: Final = {"Archive bomb"}
"""Rows about what the studio does not do: their test notices when it begins to."""


@lru_cache(maxsize=64)
def collected_in(file: str) -> frozenset[str]:
    """Return the names of the test functions of a file, as pytest would collect them."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def missing(row: Row) -> list[str]:
    return [
        name for name in (*row.tests, *row.controls) if name.split("::")[1] not in collected_in(name.split("::")[0])
    ]


@pytest.mark.parametrize("threat", THREATS)
def test_every_threat_has_its_tests_and_a_control(threat: str) -> None:
    row = THREATS[threat]

    assert row.tests
    assert row.controls or threat in NOT_YET
    assert missing(row) == []


def test_control_a_test_that_is_not_there_is_missed() -> None:
    row = Row((f"{GATE}::test_nothing_of_this_name", "tests/trust/no_such_file.py::test_x"), (f"{GATE}::hash_of",))

    assert len(missing(row)) == 3


def test_there_are_as_many_rows_as_the_table_has() -> None:
    assert len(THREATS) == 16
