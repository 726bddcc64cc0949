"""/v1/schedules: cron expressions that queue jobs."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.dependencies import State
from app.job_schemas import ScheduleAnswer, ScheduleBody, SchedulesAnswer
from app.writing import Writing

router = APIRouter(tags=["jobs"])

ScheduleId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/v1/schedules", summary="All schedules")
async def list_schedules(state: State) -> SchedulesAnswer:
    """All schedules, oldest first."""
    schedules = await state.desk.threads.run(state.desk.schedules.all)
    return SchedulesAnswer(schedules=[ScheduleAnswer.of(schedule) for schedule in schedules])


@router.post("/v1/schedules", summary="Queue a job again and again", status_code=201)
async def add_schedule(state: State, body: ScheduleBody, _: Writing) -> ScheduleAnswer:
    """Queue a job whenever the expression comes true; missed times are made up for once."""
    parameters = body.parameters(state.settings.collection)
    schedule = await state.desk.threads.run(state.desk.schedules.add, body.cron, parameters)
    return ScheduleAnswer.of(schedule)


@router.delete("/v1/schedules/{schedule_id}", summary="Forget a schedule", status_code=204)
async def remove_schedule(state: State, schedule_id: ScheduleId, _: Writing) -> Response:
    """Its jobs stay."""
    await state.desk.threads.run(state.desk.schedules.remove, schedule_id)
    return Response(status_code=204)
