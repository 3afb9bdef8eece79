{#- Pairs of which neither side is taken twice, the best first: CTEs <name>_walk and <name>. `candidates` has group_key, step
    (from 1 within its group, best first), left_id and right_id. Groups should be small: each step carries what is taken. -#}
{% macro pairs_taken(name, candidates) -%}
{{ name }}_walk (group_key, step, left_id, right_id, is_taken, taken_left, taken_right) as (

    select
        candidate.group_key,
        candidate.step,
        candidate.left_id,
        candidate.right_id,
        true as is_taken,
        array[candidate.left_id] as taken_left,
        array[candidate.right_id] as taken_right
    from {{ candidates }} as candidate
    where candidate.step = 1

    union all

    select
        candidate.group_key,
        candidate.step,
        candidate.left_id,
        candidate.right_id,
        candidate.left_id <> all(walk.taken_left) and candidate.right_id <> all(walk.taken_right) as is_taken,
        case
            when candidate.left_id <> all(walk.taken_left) and candidate.right_id <> all(walk.taken_right)
                then walk.taken_left || candidate.left_id
            else walk.taken_left
        end as taken_left,
        case
            when candidate.left_id <> all(walk.taken_left) and candidate.right_id <> all(walk.taken_right)
                then walk.taken_right || candidate.right_id
            else walk.taken_right
        end as taken_right
    from {{ name }}_walk as walk
    inner join {{ candidates }} as candidate on walk.group_key = candidate.group_key and walk.step + 1 = candidate.step

),

{{ name }} as (

    select
        left_id,
        right_id
    from {{ name }}_walk
    where is_taken

)
{%- endmacro %}
